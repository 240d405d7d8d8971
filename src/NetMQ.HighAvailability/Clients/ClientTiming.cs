namespace NetMQ.HighAvailability.Clients;

/// <summary>The client's times, and those that follow from them.</summary>
/// <param name="Request">A request's life.</param>
/// <param name="Silence">How long a server may answer nothing.</param>
/// <param name="Settle">The least stay with a server that is connected.</param>
/// <param name="Probe">From one vote to the next where the server before has just died.</param>
internal sealed record ClientTiming(TimeSpan Request, TimeSpan Silence, TimeSpan Settle, TimeSpan Probe)
{
    /// <summary>
    /// So many votes go out at the shortest interval: time enough for a passive server to collect its evidence of a
    /// crash, and few enough to be no burden where it has none.
    /// </summary>
    public const int FastProbes = 50;

    /// <summary>So many times in a server timeout the outstanding requests are scanned.</summary>
    public const int ScansInSilence = 8;

    /// <summary>From one vote to the next where nothing says that the server will accept one soon.</summary>
    public TimeSpan SlowProbe { get; } = 50 * Probe;

    public TimeSpan SlowestProbe { get; } = 125 * Probe;

    /// <summary>
    /// How soon the same request is sent again to a server that is not known to tell what it drops: so, while it handles
    /// the first, at most four more come.
    /// </summary>
    public TimeSpan BlindRepeat { get; } = Silence / 4;

    /// <summary>So long without work of the thread pool, and what a server seems not to have answered may only not have arrived.</summary>
    public TimeSpan Starvation { get; } = Silence / 4;

    /// <summary>How often to look for requests that only a server's momentary refusal can have lost.</summary>
    public TimeSpan Scan { get; } = Silence / ScansInSilence;

    /// <summary>How often to look at the clock while nothing happens: silence and time-outs are noticed so late at most.</summary>
    public TimeSpan Tick { get; } = TimeSpan.FromMilliseconds(Math.Clamp((Silence < Request ? Silence : Request).TotalMilliseconds / 8, 1, 100));

    /// <summary>The same while nothing is outstanding, so that nothing can be late.</summary>
    public static TimeSpan IdleTick { get; } = TimeSpan.FromSeconds(1);
}
