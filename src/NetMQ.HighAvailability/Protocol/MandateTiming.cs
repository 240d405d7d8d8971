namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// The time spans of a <see cref="Mandate"/>. Who relies on something counts it shorter, by its own clock, than who grants it: by a fiftieth, so that one
/// clock may be a hundredth slow and the other a hundredth fast.
/// </summary>
internal sealed record MandateTiming
{
    /// <summary>How long a node takes over nothing after it has received that its peer is active, from then on; and after its start.</summary>
    public required TimeSpan Promise { get; init; }

    /// <summary>How long the active node may rely on that promise, from when it sent the message that this node acknowledges.</summary>
    public required TimeSpan Promised { get; init; }

    /// <summary>How long the record may not be taken from its holder, from when another node has seen its version.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>How long the holder relies on its lease, from before it sent the request.</summary>
    public required TimeSpan Leased { get; init; }

    public static MandateTiming From(TimeSpan failover, TimeSpan lease) => new()
    {
        Promise = failover,
        Promised = failover * 0.98,
        Lease = lease,
        Leased = lease * 0.98,
    };
}
