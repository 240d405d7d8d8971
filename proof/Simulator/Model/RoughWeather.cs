using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>
/// Delays and lateness as the protocol allows them: no message takes longer than D = H/4, and turns are no further
/// apart than a gap that would be noticed. How near to those it comes changes with each incident.
/// </summary>
internal sealed class RoughWeather(Dice dice, Timing timing) : IWeather
{
    private readonly TimeSpan least = timing.Heartbeat / 10_000;
    private readonly TimeSpan worstDelay = timing.Heartbeat / 4;

    // A little less than the gap, or a clock that runs fast would take it for one.
    private readonly TimeSpan worstLateness = timing.Heartbeat / 4 * 0.97 - timing.Heartbeat / 8;

    private TimeSpan mostDelay = timing.Heartbeat / 4;
    private TimeSpan mostLateness = TimeSpan.Zero;

    public void Change()
    {
        mostDelay = dice.Of(worstDelay / 100, worstDelay / 10, worstDelay);
        mostLateness = dice.Of(worstLateness / 100, worstLateness / 10, worstLateness);
    }

    public TimeSpan Delay() => dice.Percent(80) ? dice.Between(least, mostDelay / 4) : dice.Between(least, mostDelay);

    public TimeSpan TurnSpacing() => timing.Heartbeat / 8 + dice.Between(TimeSpan.Zero, mostLateness);
}
