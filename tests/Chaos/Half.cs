using System.Globalization;
using FailoverDemo;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>One half of the pair: its processes, one after the other, and the terms that they said they served.</summary>
internal sealed class Half(int index, string name, string voter, IReadOnlyList<string> arguments) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<Term> terms = [];
    private SampleProcess? process;
    private DateTime frozenAt;
    private volatile string state = "dead";

    public int Index => index;

    public string Name => name;

    public string Voter => voter;

    /// <summary>The word that its process said last, or what was done to it.</summary>
    public string State => state;

    public bool IsRunning => process is { HasExited: false };

    public IReadOnlyList<Term> Terms
    {
        get
        {
            lock (gate) return [.. terms];
        }
    }

    /// <summary>When it was killed, started, stopped or standing still: what it was asked then may go unanswered.</summary>
    public List<(DateTime From, DateTime To)> Harmed { get; } = [];

    public void Start()
    {
        Harm("starting");
        process = SampleProcess.Start("EchoServer", arguments, Hear);
    }

    public async Task Kill()
    {
        Harm("dead");
        process!.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        EndTerm(DateTime.Now);
        state = "dead";
    }

    /// <returns>The exit code.</returns>
    public async Task<int> Terminate()
    {
        Harm("leaving");
        process!.Terminate();
        return await Exit();
    }

    /// <returns>The exit code, once it has ended by itself.</returns>
    public async Task<int> Exit()
    {
        await process!.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        EndTerm(DateTime.Now);
        state = "dead";
        return process.ExitCode;
    }

    public void HandOver() => process!.HandOver();

    public void Promote() => process!.Promote();

    public void Freeze()
    {
        frozenAt = DateTime.Now;
        process!.Freeze();
    }

    public void Wake()
    {
        process!.Wake();
        Harmed.Add((frozenAt, DateTime.Now));
    }

    public string LastWords => string.Join(" | ", (process?.Lines ?? []).TakeLast(6)) + " / " + string.Join(" | ", (process?.Errors ?? []).TakeLast(3));

    public void Dispose() => process?.Dispose();

    private void Harm(string now)
    {
        Harmed.Add((DateTime.Now, DateTime.Now));
        state = now;
    }

    // "13:45:59.123 primary is active": the time is the process's own, to the millisecond.
    private void Hear(string line)
    {
        var words = line.Split(' ');
        var at = DateTime.Today + TimeSpan.ParseExact(words[0], @"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);
        if (at > DateTime.Now + TimeSpan.FromHours(12)) at -= TimeSpan.FromDays(1); // printed just before midnight
        lock (gate)
        {
            if (words[^1] == "active")
            {
                if (terms is not [.., { To.Ticks: var open }] || open != DateTime.MaxValue.Ticks) terms.Add(new Term(index, at));
            }
            else
            {
                EndTerm(at + TimeSpan.FromMilliseconds(1));
            }
        }

        state = words[^1];
    }

    private void EndTerm(DateTime at)
    {
        lock (gate)
        {
            if (terms is [.., var last] && last.To == DateTime.MaxValue) last.To = at;
        }
    }
}
