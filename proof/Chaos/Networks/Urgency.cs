using System.Runtime.InteropServices;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>Puts a thread before all that compete for the processor: a link is not slow because the machine is busy.</summary>
internal static partial class Urgency
{
    private const int FirstInFirstOut = 1; // SCHED_FIFO
    private const int CallingThread = 0;

    // Where it is not allowed the thread does what it can.
    public static void Claim() => _ = SetScheduler(CallingThread, FirstInFirstOut, 1);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetScheduler(int thread, int policy, in int priority);
}
