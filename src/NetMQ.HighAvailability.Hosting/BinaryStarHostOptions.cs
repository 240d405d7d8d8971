namespace NetMQ.HighAvailability.Hosting;

/// <summary>What a host needs to know of a pair beside <see cref="BinaryStarOptions"/>; the same section of the configuration gives both.</summary>
public sealed class BinaryStarHostOptions
{
    internal static readonly TimeSpan MaxStepDownTimeout = TimeSpan.FromHours(1);

    /// <summary>Where clients connect: <c>tcp://*:5001</c> for example. Required.</summary>
    public string? VoterEndpoint { get; set; }

    /// <summary>The voter socket's type. Default <see cref="ZmqSocketType.Router"/>, the only one for an asynchronous handler; else DEALER, PULL or SUB.</summary>
    public ZmqSocketType VoterType { get; set; } = ZmqSocketType.Router;

    /// <summary>
    /// How long a hand-over or a stop waits for the work of the active node to end, before it goes on without. Default
    /// 10 s; from zero (no waiting) to 1 hour. Together with <see cref="VoterOptions.DrainTimeout"/> and the hand-over itself, which takes
    /// up to three heartbeats and at most 2 s, it should be within the host's own limit for a shutdown (30 s, if not set otherwise).
    /// </summary>
    public TimeSpan StepDownTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
