using Processes;

namespace Benchmarks.Common;

/// <summary>One echo server in a process of its own, started again in the same place after a fault.</summary>
internal sealed class EchoNode(ServerProgram program, string voter, string stateEndpoint, IReadOnlyList<string> arguments) : IDisposable
{
    private volatile SampleProcess? process;
    private volatile string state = "-";
    private volatile int id;
    private int changes;
    private int promotions;

    /// <summary>Where clients reach it.</summary>
    public string Voter => voter;

    /// <summary>Where it says its state.</summary>
    public string StateEndpoint => stateEndpoint;

    public bool IsActive => state == "active";

    public bool IsPassive => state == "passive";

    /// <summary>What it last said of itself.</summary>
    public string State => state;

    /// <summary>How many states it has told, its first of each start included.</summary>
    public int Changes => Volatile.Read(ref changes);

    /// <summary>How often it has become active.</summary>
    public int Promotions => Volatile.Read(ref promotions);

    /// <summary>Of its latest process, which may have ended.</summary>
    public int Id => id;

    public bool HasEnded => process is not { HasExited: false };

    public IReadOnlyList<string> Errors => process?.Errors ?? [];

    public void Start()
    {
        Children.Dispose(process);
        state = "starting";
        process = Children.Add(() => program.Start(arguments, Note));
        id = process.Id;
    }

    /// <summary>Orders it to hand the pair over.</summary>
    public void HandOver() => program.HandOver(process!);

    /// <summary>Waits for the end of a process that was struck.</summary>
    /// <returns>The exit code.</returns>
    public int WaitForExit(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        process!.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
        state = "ended";
        return process.ExitCode;
    }

    public void Dispose() => Children.Dispose(process);

    private void Note(string line)
    {
        var told = program.StateOf(line);
        if (told == state) return; // something else has changed
        state = told;
        Interlocked.Increment(ref changes);
        if (IsActive) Interlocked.Increment(ref promotions);
    }
}
