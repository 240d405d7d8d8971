using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Hosting.Setup;
using NetMQ.HighAvailability.Hosting.Work;

namespace NetMQ.HighAvailability.Hosting;

/// <summary>
/// A pair's node in the host, a service keyed by the pair's name. The host starts it after the application's own
/// services and stops it before them. All members: any thread.
/// </summary>
public sealed class HostedBinaryStar : IDisposable
{
    private readonly PairSetup setup;
    private readonly ILogger logger;
    private readonly ActiveWork work;
    private Action<VoterSocket> handle = static _ => throw new InvalidOperationException("The node has not begun.");
    private Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> answer = static (_, _) => throw new InvalidOperationException("The node has not begun.");
    private bool overdue;

    internal HostedBinaryStar(IServiceProvider services, string name)
    {
        Name = name;
        setup = services.GetRequiredKeyedService<PairSetup>(name);
        var logs = services.GetRequiredService<ILoggerFactory>();
        logger = logs.CreateLogger<HostedBinaryStar>();
        var options = services.GetRequiredService<IOptionsMonitor<BinaryStarHostOptions>>().Get(name);
        var nodeOptions = services.GetRequiredService<IOptionsMonitor<BinaryStarOptions>>().Get(name);
        FailoverTimeout = nodeOptions.FailoverTimeout;

        Node = new BinaryStar(nodeOptions, new NamedLogger<BinaryStar>(logs, name));
        try
        {
            VoterEndpoint = setup.AsyncHandlers.Count == 0
                ? Node.RegisterVoter(options.VoterEndpoint!, options.VoterType, socket => handle(socket))
                : Node.RegisterVoter(
                    options.VoterEndpoint!, (request, cancellation) => answer(request, cancellation), services.GetRequiredService<IOptionsMonitor<VoterOptions>>().Get(name));
        }
        catch
        {
            Node.Dispose();
            throw;
        }

        work = new ActiveWork(Node, name, options.StepDownTimeout, logger);
    }

    /// <summary>The pair's name.</summary>
    public string Name { get; }

    /// <summary>
    /// The node itself, for its state, events and orders. To hand over with regard to the work of the active node, use
    /// <see cref="HandOverAsync"/> of this object and not of that; to stop, stop the host.
    /// </summary>
    public BinaryStar Node { get; }

    /// <summary>Where clients connect, with the port that the system chose if it was 0.</summary>
    public string VoterEndpoint { get; }

    internal TimeSpan FailoverTimeout { get; }

    /// <inheritdoc cref="ActiveWork.RunAsync"/>
    internal Task RunWhileActiveAsync(Func<BinaryStarTerm, CancellationToken, Task> work, CancellationToken cancellationToken = default) =>
        this.work.RunAsync(work, cancellationToken);

    /// <summary>
    /// Hands the pair over as <see cref="BinaryStar.HandOverAsync"/> does, once the work of the active node has ended,
    /// or its time is up. Until then this node goes on serving requests. Those of an asynchronous handler that are in progress then
    /// are waited for next, as <see cref="VoterOptions.DrainTimeout"/> says.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting for the work, and goes on as the active node. Of no effect once the hand-over itself has begun.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled before the hand-over began.</exception>
    public async Task<HandOverOutcome> HandOverAsync(CancellationToken cancellationToken = default)
    {
        // No need to disturb the work for what would be refused anyway.
        var status = Node.Status;
        if (status.State != BinaryStarState.Active) return HandOverOutcome.NotActive;
        if (!status.PeerAlive || status.PeerState != BinaryStarState.Passive) return HandOverOutcome.PeerNotPassive;

        await using var _ = await work.StepDownAsync(cancellationToken).ConfigureAwait(false);

        // From here on its outcome decides whether the work may begin again, so it is waited for.
        return await Node.HandOverAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Closes all. A node that did not end in the host's time is left to the end of the process.</summary>
    public void Dispose()
    {
        if (!overdue || Node.Completion.IsCompleted) Node.Dispose();
    }

    internal void Begin(IServiceProvider services)
    {
        if (setup.AsyncHandlers.Count == 0) handle = setup.Handlers[0](services);
        else answer = setup.AsyncHandlers[0](services);
        foreach (var hook in setup.Hooks) hook(services, Node);
        Node.Start();
    }

    /// <exception cref="Exception">What the node ended with, if it was a fault.</exception>
    internal async Task EndAsync(CancellationToken hostLimit)
    {
        try
        {
            await work.StepDownForGoodAsync(hostLimit).ConfigureAwait(false);
            await Node.StopAsync().WaitAsync(hostLimit).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (hostLimit.IsCancellationRequested && !Node.Completion.IsCompleted)
        {
            overdue = true;
            Node.Stop();
            Log.Overdue(logger, Name);
        }
    }
}
