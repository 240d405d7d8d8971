using Processes;

namespace FencedLedger;

/// <summary>A server of the demo's own, in a process that is frozen and woken.</summary>
internal sealed class Node(string name, string voter, IReadOnlyList<string> arguments, Action<string> tell) : IDisposable
{
    private readonly List<string> refused = [];
    private readonly Lock gate = new();
    private SampleProcess? process;
    private volatile string state = "starting";
    private int paused;

    public string Name => name;

    public string Voter => voter;

    public bool IsActive => state.StartsWith("active", StringComparison.Ordinal);

    public bool IsPassive => state == "passive";

    public bool HasEnded => process is { HasExited: true };

    /// <summary>How many transactions it has paused in.</summary>
    public int Paused => Volatile.Read(ref paused);

    /// <summary>What it could not commit, in its own words.</summary>
    public IReadOnlyList<string> Refused
    {
        get
        {
            lock (gate) return [.. refused];
        }
    }

    public IEnumerable<string> Errors => process?.Errors ?? [];

    public void Start()
    {
        process?.Dispose();
        state = "starting";
        process = SampleProcess.Start("FencedLedger", ["server", .. arguments], Read);
    }

    public void Freeze() => process!.Freeze();

    public void Wake() => process!.Wake();

    public async Task<int> StopAsync(CancellationToken cancellation)
    {
        process!.Terminate();
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    public void Dispose() => process?.Dispose();

    private void Read(string line)
    {
        if (line.StartsWith($"{name} is ", StringComparison.Ordinal))
        {
            state = line[$"{name} is ".Length..];
            tell($"the {line}");
        }
        else if (line.Contains("NOT COMMITTED", StringComparison.Ordinal))
        {
            lock (gate) refused.Add(line);
            tell(line);
        }
        else if (line.Contains(" is booked", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref paused);
        }
    }
}
