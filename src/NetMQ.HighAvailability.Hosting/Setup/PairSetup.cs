namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>What the application registered for a pair, to be resolved when the host has started.</summary>
internal sealed class PairSetup
{
    /// <summary>Exactly one, as validation sees to.</summary>
    public List<Func<IServiceProvider, Action<VoterSocket>>> Handlers { get; } = [];

    public List<Action<IServiceProvider, BinaryStar>> Hooks { get; } = [];
}
