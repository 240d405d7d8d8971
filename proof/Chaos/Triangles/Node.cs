using System.Globalization;
using NetMQ.HighAvailability.Chaos.Checks;
using Processes;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>One node of the triangle: its processes, one after the other.</summary>
internal sealed class Node(int index, string name, IReadOnlyList<string> arguments, IReadOnlyList<string> enter, Journal journal) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<Span> frozen = [];
    private readonly List<DateTime> stalls = [];
    private SampleProcess? process;
    private bool disposed;
    private volatile string line = "";
    private DateTime frozenAt;

    public int Index => index;

    public string Name => name;

    /// <summary>When it stood still.</summary>
    public IReadOnlyList<Span> Frozen => frozen;

    /// <summary>When it said that its loop had not run for 2H.</summary>
    public IReadOnlyList<DateTime> Stalls
    {
        get
        {
            lock (gate) return [.. stalls];
        }
    }

    public bool IsActive => Is("active");

    /// <summary>It serves by the promises of its peer, and so receives it and is received.</summary>
    public bool IsActiveByPeer => IsActive && line.Contains(" peer ", StringComparison.Ordinal);

    public bool IsPassive => Is("passive");

    /// <summary>The highest token that it has printed; 0 before.</summary>
    public long Token => line.Split(' ') is [_, _, _, var token, ..] ? long.Parse(token, CultureInfo.InvariantCulture) : 0;

    public string Last => line is "" ? $"the {name} has printed nothing" : line;

    public void Start()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this); // a fault may still be under way when the run is cancelled
            line = "";
            process = SampleProcess.Start("ArbiterServer", arguments, OnLine, enter);
        }

        journal.Add($"{name}: started as {process.Id}");
    }

    public async Task Kill()
    {
        journal.Add($"{name}: killed");
        process!.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        line = "";
        NoteErrors();
    }

    public void HandOver()
    {
        journal.Add($"{name}: ordered to hand over");
        process!.Write("handover");
    }

    public void Freeze()
    {
        frozenAt = Clock.Now;
        process!.Freeze();
        journal.Add($"{name}: frozen");
    }

    public void Wake()
    {
        journal.Add($"{name}: woken");
        process!.Wake();
        frozen.Add(new Span(frozenAt, Clock.Now));
    }

    /// <summary>Copies its error stream, which has the times, to the journal.</summary>
    public void NoteErrors()
    {
        foreach (var error in process?.Errors ?? []) journal.Add($"{name}: stderr: {error}");
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            process?.Dispose();
        }
    }

    // "12:00:00.123 primary active 17 peer reachable", or "12:00:00.123 primary stalled 250".
    private bool Is(string state) => line.Split(' ') is [_, _, var found, ..] && found == state;

    private void OnLine(string printed)
    {
        if (printed.Contains(" stalled ", StringComparison.Ordinal))
        {
            lock (gate) stalls.Add(Clock.Now);
        }
        else
        {
            line = printed;
        }

        journal.Add($"{name}: {printed}");
    }
}
