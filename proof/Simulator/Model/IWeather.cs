namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>What varies without anything being at fault.</summary>
internal interface IWeather
{
    /// <summary>How long the next message takes, until the receiver's turn.</summary>
    TimeSpan Delay();

    /// <summary>How long until a node's timer wakes it the next time.</summary>
    TimeSpan TurnSpacing();
}

/// <summary>Every message takes as long as every other, and no timer is late.</summary>
internal sealed class FairWeather(TimeSpan spacing) : IWeather
{
    public required TimeSpan Delayed { get; set; }

    public TimeSpan Delay() => Delayed;

    public TimeSpan TurnSpacing() => spacing;
}
