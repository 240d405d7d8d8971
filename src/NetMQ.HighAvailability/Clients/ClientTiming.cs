using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Clients;

/// <summary>The client's configured times, and those derived from them.</summary>
/// <param name="Request">How long a caller waits for an answer.</param>
/// <param name="Silence">How long a server may answer nothing until it is abandoned.</param>
/// <param name="Settle">The least time with a connected server, before silence makes the client leave it.</param>
/// <param name="Probe">The interval of probes where the previous server has just died.</param>
internal sealed record ClientTiming(TimeSpan Request, TimeSpan Silence, TimeSpan Settle, TimeSpan Probe)
{
    /// <summary>
    /// How many probes are sent at the shortest interval: enough for a passive server to detect that its peer crashed, and
    /// few enough to be no burden otherwise.
    /// </summary>
    public const int FastProbes = 50;

    /// <summary>How often the outstanding requests are scanned per server timeout.</summary>
    public const int ScansInSilence = 8;

    /// <summary>The interval of probes where nothing suggests that the server will accept one soon.</summary>
    public TimeSpan SlowProbe { get; } = 50 * Probe;

    public TimeSpan SlowestProbe { get; } = 125 * Probe;

    /// <summary>
    /// How soon the same request is sent again to a server that is not known to report what it drops: within a server
    /// timeout it gets at most four more copies.
    /// </summary>
    public TimeSpan BlindRepeat { get; } = Silence / 4;

    /// <summary>How often to look for requests that a server may have dropped while it was not active for a moment.</summary>
    public TimeSpan Scan { get; } = Silence / ScansInSilence;

    /// <summary>How often to check the clock while nothing happens: an upper bound on how late silence and timeouts are detected.</summary>
    public TimeSpan Tick { get; } = TimeSpan.FromMilliseconds(Math.Clamp(Min(Silence, Request).TotalMilliseconds / 8, 1, 100));

    /// <summary>The same while nothing is outstanding, so that nothing can be late.</summary>
    public static TimeSpan IdleTick { get; } = TimeSpan.FromSeconds(1);
}
