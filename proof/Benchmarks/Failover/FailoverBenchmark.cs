using Benchmarks.Common;
using Processes;

namespace Benchmarks.Failover;

/// <summary>Takes the pair from its active server again and again, and measures how long a client waits for the other.</summary>
internal sealed class FailoverBenchmark(PairTiming timing, ServerProgram program)
{
    // A new pair now and then: what a long life of one pair might change must not show in one kind of fault alone.
    public const int FaultsPerPair = 10;

    // Code is loaded and compiled as it first runs, which on a slow machine keeps a node's loop waiting for longer than a heartbeat.
    private static readonly TimeSpan Youth = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(10);

    private readonly Dictionary<FaultKind, (Sample Gaps, Tally Tally)> outcomes = [];

    /// <summary>Milliseconds, and what became of the requests, for each kind that was tried.</summary>
    public IReadOnlyDictionary<FaultKind, (Sample Gaps, Tally Tally)> Outcomes => outcomes;

    /// <summary>What went wrong with a server, and ended its pair.</summary>
    public List<string> Troubles { get; } = [];

    public void Run(IReadOnlyList<FaultKind> kinds, int count)
    {
        for (var done = 0; done < count; done += FaultsPerPair)
        {
            foreach (var kind in kinds) RunPair(kind, Math.Min(FaultsPerPair, count - done));
            Console.WriteLine($"{Math.Min(done + FaultsPerPair, count)} of {count} faults of each kind");
        }
    }

    /// <summary>Starts a pair for faults of one kind.</summary>
    public void RunPair(FaultKind kind, int count)
    {
        if (!outcomes.TryGetValue(kind, out var outcome)) outcomes[kind] = outcome = (new Sample(), new Tally());
        var (gaps, tally) = outcome;
        using var pair = new EchoPair(program, timing, detectCrash: kind == FaultKind.KillDetected);
        var client = new GapClient(pair.Voters);
        try
        {
            for (var i = 0; i < count; i++)
            {
                // Whoever did not end with the fault has done everything once.
                var isYoung = i == 0 || kind is FaultKind.Kill or FaultKind.KillDetected or FaultKind.Stop;
                gaps.Add(Strike(kind, pair, client, isYoung ? Youth : TimeSpan.Zero).TotalMilliseconds);
            }
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            Troubles.Add($"{kind.Title()}: {e.Message}");
        }
        finally
        {
            client.Dispose();
            tally.Add(client.Tally);
        }
    }

    private TimeSpan Strike(FaultKind kind, EchoPair pair, GapClient client, TimeSpan rest)
    {
        // Long enough for each to have received the other's state, and to have done what a process does for the first time;
        // at no fixed distance from a heartbeat. On a busy machine they may change places meanwhile.
        pair.WaitUntilWhole();
        Thread.Sleep(rest + (timing.Heartbeat * (2 + Random.Shared.NextDouble())));

        var victim = pair.WaitUntilWhole();
        var active = pair.Nodes[victim];
        var standby = pair.Nodes[1 - victim];

        var promotions = standby.Promotions;
        var gap = client.Hit(victim, () => Harm(kind, active), betweenRequests: kind == FaultKind.Freeze);
        Recover(kind, active);
        pair.WaitFor(() => standby.Promotions > promotions && pair.IsWhole); // on a busy machine they may have changed places again
        return gap;
    }

    private static void Harm(FaultKind kind, EchoNode node)
    {
        switch (kind)
        {
            case FaultKind.Kill or FaultKind.KillDetected:
                Signals.SendKill(node.Id);
                break;
            case FaultKind.Stop:
                Signals.SendTerminate(node.Id);
                break;
            case FaultKind.Freeze:
                Signals.SendStop(node.Id);
                break;
            default:
                node.HandOver();
                break;
        }
    }

    private static void Recover(FaultKind kind, EchoNode node)
    {
        switch (kind)
        {
            case FaultKind.Kill or FaultKind.KillDetected:
                node.WaitForExit(ExitLimit);
                node.Start();
                break;
            case FaultKind.Stop:
                var exitCode = node.WaitForExit(ExitLimit);
                if (exitCode != 0) throw new InvalidOperationException($"a server that was asked to stop ended with exit code {exitCode}");
                node.Start();
                break;
            case FaultKind.Freeze:
                Signals.SendContinue(node.Id);
                break;
        }
    }
}
