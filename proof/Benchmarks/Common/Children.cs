using System.Runtime.InteropServices;

namespace Benchmarks.Common;

/// <summary>The processes of a benchmark: whatever way this one ends, none of them is left behind.</summary>
internal static class Children
{
    private const int Interrupted = 1;

    private static readonly Lock Gate = new();
    private static readonly HashSet<IDisposable> Alive = [];

    // Since .NET 10 a signal to end ends the process without a word to its ProcessExit handlers.
    private static readonly PosixSignalRegistration[] Signals =
        [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, _ => Environment.Exit(Interrupted)))];

    static Children() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        // The lock is never given back: whoever would start another process now waits for the end.
        Gate.Enter();
        foreach (var child in Alive) child.Dispose();
        foreach (var signal in Signals) signal.Dispose();
    };

    public static T Add<T>(Func<T> start)
        where T : IDisposable
    {
        lock (Gate)
        {
            var child = start();
            Alive.Add(child);
            return child;
        }
    }

    public static void Dispose(IDisposable? child)
    {
        if (child is null) return;
        lock (Gate) Alive.Remove(child);
        child.Dispose();
    }
}
