namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>What the application registered for a pair, to be resolved when the host has started.</summary>
internal sealed class PairSetup
{
    /// <summary>Together with <see cref="AsyncHandlers"/> exactly one, as validation sees to.</summary>
    public List<Func<IServiceProvider, Action<VoterSocket>>> Handlers { get; } = [];

    public List<Func<IServiceProvider, Func<VoterRequest, CancellationToken, ValueTask<VoterReply>>>> AsyncHandlers { get; } = [];

    public List<Action<IServiceProvider, BinaryStar>> Hooks { get; } = [];
}
