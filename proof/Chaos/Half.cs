using System.Globalization;
using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.HighAvailability.Chaos.Troubles;
using Processes;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>One half of the pair: its processes, one after the other, and the terms that they reported.</summary>
internal sealed class Half(
    int index, string name, string voter, IReadOnlyList<string> arguments, IEnumerable<string> enter, Journal journal) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<Term> terms = [];
    private SampleProcess? process;
    private bool disposed;
    private volatile string state = "dead";
    private volatile int printedHour;

    public int Index => index;

    public string Name => name;

    public string Voter => voter;

    /// <summary>The state that its process printed last, or what was done to it.</summary>
    public string State => state;

    /// <summary>The hour that its clock showed when it last printed its state.</summary>
    public int PrintedHour => printedHour;

    public IReadOnlyList<Term> Terms
    {
        get
        {
            lock (gate) return [.. terms];
        }
    }

    /// <param name="under">A command that is to become the server, such as <c>env A=1</c>.</param>
    /// <param name="more">More of the server's options.</param>
    public void Start(IEnumerable<string>? under = null, IEnumerable<string>? more = null)
    {
        state = "starting";
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this); // a fault may still be under way when the run is cancelled
            process = SampleProcess.Start("EchoServer", [.. arguments, .. more ?? []], OnLine, [.. enter, .. under ?? []]);
        }

        journal.Add($"{name}: started as {process.Id} {string.Join(' ', [.. under ?? [], .. more ?? []])}");
    }

    public async Task Kill()
    {
        journal.Add($"{name}: killed");
        process!.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        NoteEnd();
    }

    /// <returns>The exit code.</returns>
    public async Task<int> Terminate()
    {
        journal.Add($"{name}: ordered to stop");
        state = "leaving";
        process!.Terminate();
        return await Exit();
    }

    /// <returns>The exit code, once it has ended by itself.</returns>
    public async Task<int> Exit()
    {
        await process!.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        NoteEnd();
        return process.ExitCode;
    }

    public void HandOver()
    {
        journal.Add($"{name}: ordered to hand over");
        process!.HandOver();
    }

    public void Freeze()
    {
        process!.Freeze();
        journal.Add($"{name}: frozen");
    }

    public void Wake()
    {
        journal.Add($"{name}: woken");
        process!.Wake();
    }

    /// <summary>Stalls its I/O, while its loop runs, until the result is disposed.</summary>
    public FrozenThread StallIo()
    {
        journal.Add($"{name}: I/O stalled");
        return FrozenThread.NetMQsOf(process!.Id);
    }

    /// <summary>Copies its error stream, which has the times, to the journal.</summary>
    public void NoteErrors()
    {
        foreach (var error in process?.Errors ?? []) journal.Add($"{name}: stderr: {error}");
    }

    public string LastOutput => string.Join(" | ", (process?.Lines ?? []).TakeLast(6)) + " / " + string.Join(" | ", (process?.Errors ?? []).TakeLast(3));

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            process?.Dispose();
        }
    }

    // "13:45:59.123 primary is active".
    private void OnLine(string line)
    {
        var words = line.Split(' ');
        var at = Clock.OfDay(words[0], Clock.Now);
        lock (gate)
        {
            if (words[^1] == "active")
            {
                if (terms is not [.., { To.Ticks: var open }] || open != DateTime.MaxValue.Ticks) terms.Add(new Term(index, process!.Id, at));
            }
            else
            {
                EndTerm(at + TimeSpan.FromMilliseconds(1));
            }
        }

        printedHour = int.Parse(line.AsSpan(0, 2), CultureInfo.InvariantCulture);
        state = words[^1];
        journal.Add($"{name}: {line}");
    }

    private void NoteEnd()
    {
        EndTerm(Clock.Now);
        state = "dead";
        NoteErrors();
    }

    private void EndTerm(DateTime at)
    {
        lock (gate)
        {
            if (terms is [.., var last] && last.To == DateTime.MaxValue) last.To = at;
        }
    }
}
