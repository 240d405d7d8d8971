using System.Globalization;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Faults;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>
/// Watches the pair. Two nodes that serve at once are seen where it can begin (a node becomes active, or wakes) and
/// wherever a request is accepted.
/// </summary>
internal sealed class Observer(Timing timing, Ledger ledger, Tally tally, bool trace) : IWitness
{
    private const int TranscriptLength = 120;

    private readonly Queue<string> transcript = new();
    private readonly TimeSpan[] aliveSince = new TimeSpan[2];
    private int active = -1;
    private TimeSpan lastAccepted;
    private long highestToken;

    // The world needs its witness before it is there itself.
    public PairWorld World { get; set; } = null!;

    public Clients? Clients { get; set; }

    public Follower? Follower { get; set; }

    /// <summary>If requests are answered asynchronously.</summary>
    public RequestWatch? Requests { get; set; }

    public string Where { get; set; } = "";

    /// <summary>The state of either node last changed, or a node ended, then.</summary>
    public TimeSpan LastChange { get; private set; }

    public bool WantsTranscript => trace;

    public void Changed(SimNode node, Transition transition)
    {
        LastChange = World.Now;
        Requests?.Changed(node, transition);
        Note(node, 2 + (int)transition.To);
        if (transition.Reason == BinaryStarChangeReason.LeaseExpired) tally.LeasesLost++;
        if (transition.To != BinaryStarState.Active) return;

        CountTakeOver(node, transition.Reason);
        active = node.Index;
        LookForTwo(node);
    }

    public void Accepted(SimNode node)
    {
        tally.Accepted++;
        Note(node, 1);
        LookAtToken(node);
        var outage = World.Now - lastAccepted;
        if (outage > tally.Outage) tally.Outage = outage;
        lastAccepted = World.Now;
        LookForTwo(node);
    }

    public void Told(SimNode node, SimRequest request, Fate fate)
    {
        Requests!.Told(node, request, fate);
        if (fate != Fate.Replied) return;
        Note(node, 0);
        LookForTwo(node);
    }

    public void Woke(SimNode node)
    {
        aliveSince[node.Index] = World.Now;
        if (node.Serves) LookForTwo(node);
        Clients?.FindWaiting(node);
        Follower?.FindWaiting(node);
    }

    public void Started(SimNode node)
    {
        aliveSince[node.Index] = World.Now;
        Follower?.Started(node);
    }

    public void Ended(SimNode node, ReceiveResult? fatal)
    {
        LastChange = World.Now;
        Requests?.Ended(node);
        Clients?.Forget(node);
        Follower?.Ended(node);
        if (fatal is not null) Violated($"the {node.Role} ended itself: {fatal}");
    }

    public void Lost(SimNode receiver) => Record(World.OtherThan(receiver), "is not received: that message is lost");

    // Requests are too many to be recorded.
    public void Record(SimNode node, string text)
    {
        if (!text.EndsWith("a request", StringComparison.Ordinal)) Record($"{node.Role,-7} {text}");
    }

    public void Record(string text)
    {
        if (!trace) return;
        if (transcript.Count == TranscriptLength) transcript.Dequeue();
        transcript.Enqueue(string.Create(CultureInfo.InvariantCulture, $"    {World.Now.TotalMilliseconds,14:F3}  {text}"));
    }

    public void Violated(string what)
    {
        if (tally.Violations.Count >= 3) return; // one is enough
        var story = trace ? "\n" + string.Join('\n', transcript) : "";
        tally.Violations.Add($"{Where}, {World.Now.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture)} s: {what}{story}");
    }

    private void CountTakeOver(SimNode node, BinaryStarChangeReason cause)
    {
        if (active == node.Index) return;
        if (cause is not (BinaryStarChangeReason.PeerSilent or BinaryStarChangeReason.PeerCrashed))
        {
            if (active >= 0) tally.HandedOver++;
            return;
        }

        tally.Failovers++;
        var peer = World.OtherThan(node);
        var wasThere = peer.Serves && World.Now - aliveSince[peer.Index] >= timing.Failover;
        if (!wasThere) return;
        if (ledger.Outside is not null) tally.FalseFailoversOutside++;
        else
        {
            tally.FalseFailovers++;
            Violated($"the {node.Role} took over from a peer that served");
        }
    }

    private void LookForTwo(SimNode node)
    {
        var other = World.OtherThan(node);
        if (!other.Serves || !node.Serves) return;
        if (World.Arbiter is null && ledger.Outside is { } why)
        {
            tally.DualOutside[why] = tally.DualOutside.GetValueOrDefault(why) + 1;
            return;
        }

        tally.Dual++;
        Violated("both nodes would serve");
    }

    private void LookAtToken(SimNode node)
    {
        if (node.Token is not { } token) return;
        if (token < highestToken) Violated($"the {node.Role} accepted a request under token {token} after one under {highestToken}");
        highestToken = Math.Max(token, highestToken);
    }

    private void Note(SimNode node, int what) => tally.Note(World.Now.Ticks * 16 + what * 2 + node.Index);
}
