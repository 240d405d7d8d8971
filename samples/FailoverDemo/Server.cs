using Processes;

namespace FailoverDemo;

/// <summary>One half of the pair: a server that is started, harmed, and started again in the same place.</summary>
internal sealed class Server(string name, string voter, IReadOnlyList<string> arguments) : IDisposable
{
    private volatile SampleProcess? process;
    private volatile string state = "-";

    public string Name => name;

    /// <summary>Where clients reach it.</summary>
    public string Voter => voter;

    /// <summary>The state that it last told, or what was done to it.</summary>
    public string State => state;

    public bool IsActive => state == "active";

    public bool IsPassive => state == "passive";

    /// <summary>Told each state as the server prints it.</summary>
    public event Action<Server>? Said;

    public IEnumerable<string> Errors => process?.Errors ?? [];

    /// <param name="more">Arguments for this run, beside its usual ones.</param>
    public void Start(params string[] more)
    {
        state = "starting";
        process = SampleProcess.Start("EchoServer", [.. arguments, .. more], line =>
        {
            state = line.Split(' ')[^1];
            Said?.Invoke(this);
        });
    }

    public async Task Kill(CancellationToken cancellation)
    {
        state = "dead"; // first of all: the other may tell what it makes of it before this process is buried
        process!.Kill();
        await process.WaitForExitAsync(cancellation);
    }

    /// <returns>The exit code.</returns>
    public async Task<int> Stop(CancellationToken cancellation)
    {
        process!.Terminate();
        await process.WaitForExitAsync(cancellation);
        state = "stopped";
        return process.ExitCode;
    }

    public void HandOver()
    {
        state = "leaving"; // what the two print comes in no fixed order
        process!.HandOver();
    }

    public void Freeze()
    {
        state = "frozen";
        process!.Freeze();
    }

    public void Wake()
    {
        state = "awake";
        process!.Wake();
    }

    public void Dispose() => process?.Dispose();
}
