namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>A node's own clock: it began somewhere, runs a little fast or slow, and may be set.</summary>
internal struct DriftingClock(TimeSpan local)
{
    private const long Million = 1_000_000;

    private TimeSpan local = local;
    private TimeSpan since;
    private int partsPerMillion;

    public readonly TimeSpan At(TimeSpan now)
    {
        // Whole ticks, so that a replay cannot differ in a rounding.
        var elapsed = (now - since).Ticks;
        return local + TimeSpan.FromTicks(elapsed + elapsed * partsPerMillion / Million);
    }

    public void Drift(TimeSpan now, int ppm)
    {
        (local, since) = (At(now), now);
        partsPerMillion = ppm;
    }

    public void Step(TimeSpan by) => local += by;
}
