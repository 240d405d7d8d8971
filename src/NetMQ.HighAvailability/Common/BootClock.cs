using System.Runtime.InteropServices;

namespace NetMQ.HighAvailability.Common;

/// <summary>
/// The system's time with a timestamp that goes on while the machine is suspended, which .NET's own under Linux does not: a node that was suspended must find out
/// that its right to serve is over.
/// </summary>
internal sealed class BootClock : TimeProvider
{
    private const int BootTime = 7; // CLOCK_BOOTTIME

    private BootClock()
    {
    }

    /// <summary>The system's time, where .NET's own timestamps will do or there are no better ones.</summary>
    public static TimeProvider Instance { get; } = OperatingSystem.IsLinux() && TryRead(out _) ? new BootClock() : System;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => TryRead(out var nanoseconds) ? nanoseconds : throw new InvalidOperationException("The clock of Linux cannot be read.");

    private static bool TryRead(out long nanoseconds)
    {
        try
        {
            var failed = clock_gettime(BootTime, out var time);
            nanoseconds = (long)time.Seconds * 1_000_000_000 + (long)time.Nanoseconds; // they are of the machine's word size
            return failed == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            nanoseconds = 0;
            return false;
        }
    }

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
