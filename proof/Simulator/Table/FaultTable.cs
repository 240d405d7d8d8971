using System.Globalization;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Table;

/// <summary>How long nobody serves after each fault, and after each two of them, when they stay: the worst over all moments of a heartbeat.</summary>
internal static class FaultTable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);
    private static readonly Timing Timing = Timing.From(Heartbeat, 4 * Heartbeat);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(40);
    private const int Phases = 8;

    private static readonly Setup[] Setups =
    [
        new("no arbiter", null, Evidence: false), new("strict", ArbiterPolicy.Strict, Evidence: false), new("quorum", ArbiterPolicy.Quorum, Evidence: false),
        new("quorum, DetectCrash", ArbiterPolicy.Quorum, Evidence: true),
    ];

    private static readonly (string Name, Action<PairWorld, int> Begin)[] Faults =
    [
        ("the active node dies", (world, active) => world.Nodes[active].Kill()),
        ("the passive node dies", (world, active) => world.Nodes[1 - active].Kill()),
        ("the link is cut", (world, _) => Cut(world, 0, 1)),
        ("one way: the active node is not received", (world, active) => Cut(world, 1 - active)),
        ("one way: the passive node is not received", (world, active) => Cut(world, active)),
        ("the arbiter is down", (world, _) => world.Arbiter?.IsDown = true),
        ("the active node is cut off from the arbiter", (world, active) => world.Arbiter?.IsCutFrom[active] = true),
        ("the passive node is cut off from the arbiter", (world, active) => world.Arbiter?.IsCutFrom[1 - active] = true),
        ("the active node is paused", (world, active) => world.Nodes[active].Pause()),
        ("the passive node is paused", (world, active) => world.Nodes[1 - active].Pause()),
    ];

    public static void Write(Action<string> writeLine)
    {
        writeLine($"H = {Heartbeat.TotalMilliseconds} ms, F = {Timing.Failover.TotalSeconds} s, lease {Lease.TotalSeconds} s; a client asks both nodes every {Step.TotalMilliseconds} ms. Each fault stays.");
        writeLine("");
        writeLine($"| one fault | {string.Join(" | ", Setups.Select(setup => setup.Name))} |");
        writeLine($"|---|{string.Concat(Setups.Select(_ => "--:|"))}");
        foreach (var (name, begin) in Faults) writeLine($"| {name} | {string.Join(" | ", Setups.Select(setup => Worst(setup, begin, null)))} |");
        writeLine("");
        writeLine($"| two faults at once | {string.Join(" | ", Setups.Select(setup => setup.Name))} |");
        writeLine($"|---|{string.Concat(Setups.Select(_ => "--:|"))}");
        for (var i = 0; i < Faults.Length; i++)
        {
            for (var j = i + 1; j < Faults.Length; j++)
                writeLine($"| {Faults[i].Name}, {Faults[j].Name} | {string.Join(" | ", Setups.Select(setup => Worst(setup, Faults[i].Begin, Faults[j].Begin)))} |");
        }
    }

    /// <summary>The worst of one or two faults: its gap, or that nobody serves in the end, or that two do.</summary>
    private static string Worst(Setup setup, Action<PairWorld, int> one, Action<PairWorld, int>? other)
    {
        var outcomes = Enumerable.Range(0, Phases).AsParallel().Select(phase => Live(setup, Calm + Heartbeat * phase / Phases, one, other)).ToList();
        if (outcomes.Exists(outcome => outcome.Two)) return "**two serve**";
        if (outcomes.Exists(outcome => !outcome.ServesAtEnd)) return outcomes.TrueForAll(outcome => !outcome.ServesAtEnd) ? "stops" : "may stop";
        var gap = outcomes.Max(outcome => outcome.Gap);
        return gap <= Step * 2 ? "no gap" : string.Create(CultureInfo.InvariantCulture, $"{gap.TotalSeconds:F2} s");
    }

    private static Outcome Live(Setup setup, TimeSpan at, Action<PairWorld, int> one, Action<PairWorld, int>? other)
    {
        var dice = new Dice((ulong)at.Ticks, 1);
        var world = new PairWorld(Timing, DualActivePolicy.BackupYields, new FairWeather(Heartbeat / 8) { Delayed = TimeSpan.FromMilliseconds(1) }, new NoWitness());
        if (setup.Policy is { } policy) world.Arbiter = new SimArbiter(world, dice, policy, Timing, Lease, () => TimeSpan.FromMilliseconds(1));
        if (setup.Evidence) world.EvidenceAfter = () => TimeSpan.FromMilliseconds(10);
        foreach (var node in world.Nodes) node.Start();
        Watch(world, at);
        var active = world.Nodes[0].Serves ? 0 : 1;
        one(world, active);
        other?.Invoke(world, active);
        return Watch(world, world.Now + Watched);
    }

    private static Outcome Watch(PairWorld world, TimeSpan until)
    {
        var (gap, since, two) = (TimeSpan.Zero, world.Now, false);
        var serves = false;
        while (world.Now < until)
        {
            world.RunUntil(world.Now + Step);
            var asked = world.Nodes.Count(node => node.Status == ProcessStatus.Live && node.Ask());
            two |= asked == 2 || world.Nodes.All(node => node.Serves);
            serves = asked > 0;
            if (world.Now - since > gap) gap = world.Now - since;
            if (serves) since = world.Now;
        }

        return new Outcome(gap, serves, two);
    }

    private static void Cut(PairWorld world, params ReadOnlySpan<int> to)
    {
        foreach (var node in to) world.SetFault(node, LinkFault.Cut);
    }

    private sealed record Setup(string Name, ArbiterPolicy? Policy, bool Evidence);

    private readonly record struct Outcome(TimeSpan Gap, bool ServesAtEnd, bool Two);

    private sealed class NoWitness : IWitness
    {
        public bool WantsTranscript => false;

        public void Changed(SimNode node, Transition transition)
        {
        }

        public void Accepted(SimNode node)
        {
        }

        public void Started(SimNode node)
        {
        }

        public void Woke(SimNode node)
        {
        }

        public void Ended(SimNode node, ReceiveResult? fatal)
        {
        }

        public void Lost(SimNode receiver)
        {
        }

        public void Record(SimNode node, string text)
        {
        }
    }
}
