using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>The options of a node and of a client: valid, and then good for a start, or refused.</summary>
internal static class OptionsTarget
{
    public static void Node(ReadOnlySpan<byte> bytes)
    {
        var input = new Input(bytes);
        var options = new BinaryStarOptions
        {
            Role = (BinaryStarRole)input.Byte(), DualActivePolicy = (DualActivePolicy)input.Byte(), VoterHighWatermark = input.Int(),
            HeartbeatInterval = input.Time(), FailoverTimeout = input.Time(),
            PeerHeartbeatInterval = input.TimeOrNull(), PeerFailoverTimeout = input.TimeOrNull(),
            LocalEndpoints = input.Texts(), RemoteEndpoints = input.Texts(), VoterMaxRequestBytes = input.Int(),
        };
        if (!Check.IsValid(options.Validate)) return;

        var (h, f, t) = (options.HeartbeatInterval, options.FailoverTimeout, options.ToTiming());
        Check.That(t.Lease > h && (2 * t.Lease) + (h / 4) <= f + TimeSpan.FromTicks(4), "a lease ends before a peer can have expired");
        Check.That(t.ShortGap > TimeSpan.Zero && t.LongGap > t.ShortGap && t.Settle >= (h / 2) + (2 * t.ShortGap), "settling outlasts what is under way");
        Check.That(t.StopBound > TimeSpan.Zero, "a stop takes its time");
    }

    public static void Client(ReadOnlySpan<byte> bytes)
    {
        var input = new Input(bytes);
        var options = new BinaryStarClientOptions
        {
            Delivery = (DeliveryGuarantee)input.Byte(), MaxOutstanding = input.Int(), MaxRequestBytes = input.Int(), MaxReplyBytes = input.Int(),
            RequestTimeout = input.Time(), ServerTimeout = input.Time(), SettleTime = input.Time(), ProbeInterval = input.Time(),
            Servers = input.Texts(),
        };
        if (!Check.IsValid(options.Validate)) return;

        var timing = options.ToTiming();
        Check.That(timing.Tick > TimeSpan.Zero && timing.Tick <= timing.Silence, "silence is noticed in time");
        var core = new ClientCore(options.Servers.Count, timing);
        core.Start(TimeSpan.Zero);
        core.Submit(new RequestTracker(options.Delivery) { Deadline = timing.Request }, TimeSpan.Zero);
    }
}
