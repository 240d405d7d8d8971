using System.Globalization;
using System.Runtime.InteropServices;

namespace NetMQ.HighAvailability.Chaos.Troubles;

/// <summary>
/// A single thread of another process that stands still until it is let go, as if it were not given a processor: under
/// Linux a tracer may do that to the processes that it started. Let go before that process is killed.
/// </summary>
internal sealed partial class FrozenThread : IDisposable
{
    private const int Seize = 0x4206, Interrupt = 0x4207, Detach = 17; // PTRACE_…
    private const int AnyThread = 0x40000000; // __WALL

    private readonly ManualResetEventSlim release = new();
    private readonly TaskCompletionSource frozen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread tracer;

    private FrozenThread(int id)
    {
        // ptrace accepts requests only from the thread that seized.
        tracer = new Thread(() => Hold(id)) { IsBackground = true, Name = $"holds {id}" };
        tracer.Start();
        frozen.Task.GetAwaiter().GetResult();
    }

    /// <summary>The thread that moves all of NetMQ's messages in and out of that process.</summary>
    /// <exception cref="IOException">There is none, or it is not allowed.</exception>
    public static FrozenThread NetMQsOf(int process) => new(Named("iothread", process));

    public void Dispose()
    {
        release.Set();
        tracer.Join();
        release.Dispose();
    }

    private static int Named(string name, int process)
    {
        var found = Directory.EnumerateDirectories($"/proc/{process}/task")
            .FirstOrDefault(thread => File.ReadAllText($"{thread}/comm").StartsWith(name, StringComparison.Ordinal));
        return found is null
            ? throw new IOException($"Process {process} has no thread {name}.")
            : int.Parse(Path.GetFileName(found), CultureInfo.InvariantCulture);
    }

    private void Hold(int id)
    {
        try
        {
            Trace(Seize, id);
            Trace(Interrupt, id);
            if (WaitFor(id, out _, AnyThread) != id) throw new IOException($"Thread {id} is gone.");
            frozen.SetResult();
        }
        catch (IOException refused)
        {
            frozen.SetException(refused);
            return;
        }

        release.Wait();
        try
        {
            Trace(Detach, id);
        }
        catch (IOException)
        {
            // Its process has ended.
        }
    }

    private static void Trace(int request, int id)
    {
        if (PTrace(request, id, 0, 0) < 0) throw new IOException($"Thread {id} cannot be traced: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint PTrace(nint request, int id, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitFor(int id, out int status, int options);
}
