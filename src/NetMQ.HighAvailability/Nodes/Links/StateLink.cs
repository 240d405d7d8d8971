using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// The state link: a <see cref="StatePublisher"/> for this node's state, and a <see cref="PeerPath"/> to each endpoint of the peer. All on
/// the poller's thread, once <see cref="Attach"/>ed: no other thread has to run for a heartbeat to be sent and received.
/// </summary>
internal sealed class StateLink : IDisposable
{
    private readonly TimeSpan pathSilence;
    private readonly TimeSpan tick;
    private readonly List<PeerPath> paths = [];
    private readonly StatePublisher publisher;
    private int nextPath;
    private bool disposed;

    /// <param name="locals">Where to publish.</param>
    /// <param name="remotes">The peer's endpoints.</param>
    /// <param name="lookUp">How to look up their names.</param>
    /// <param name="keys">The link's CURVE keys, if it has any.</param>
    /// <param name="hasArbiter">Whether the pair has an arbiter.</param>
    /// <param name="timing">How long a path may be silent.</param>
    /// <param name="signal">Wakes the loop.</param>
    /// <param name="clock">The time.</param>
    /// <param name="post">Passes a result to the poller's thread.</param>
    /// <param name="throttle">For the log.</param>
    /// <param name="logger">For problems with the link.</param>
    /// <exception cref="EndpointException">An endpoint cannot be bound; none stays bound.</exception>
    public StateLink(
        IReadOnlyList<TcpEndpoint> locals, IReadOnlyList<TcpEndpoint> remotes, HostLookup lookUp, CurveKeys? keys, bool hasArbiter, Timing timing, LoopSignal signal, Clock clock, Action<Action> post,
        LogThrottle throttle, ILogger logger)
    {
        pathSilence = 2 * timing.SlowerHeartbeat;
        tick = timing.Tick;
        IsSecured = keys is not null;
        Locals = string.Join(", ", locals);
        publisher = new StatePublisher(locals, keys, hasArbiter, signal, clock, throttle, logger);

        // A state is one byte, with an arbiter 34; what is longer is garbage, and reported as such.
        var settings = new PathSettings(new WireLimits(MaxMessageBytes: 256, MaxFrames: 128), ReconnectInterval(timing), timing.Failover / 2, timing.Failover, post, lookUp, keys, hasArbiter);
        foreach (var remote in remotes) paths.Add(new PeerPath(remote, settings, clock, logger));
    }

    /// <summary>Whether there is a subscriber, as far as the connections show.</summary>
    public bool HasSubscriber => publisher.Subscribers > 0;

    /// <summary>Whether keys secure the link.</summary>
    public bool IsSecured { get; }

    /// <summary>The local endpoints, for messages to people.</summary>
    public string Locals { get; }

    /// <summary>The remote endpoints, for messages to people.</summary>
    public string Remotes => string.Join(", ", paths.Select(path => path.Remote));

    public IReadOnlyList<PeerPath> Paths => paths;

    public void Attach(NetMQPoller poller, Action onPeer, Action onSubscriber, Action? onDisconnected)
    {
        publisher.Attach(poller, onSubscriber);
        foreach (var path in paths)
        {
            path.OnDisconnected = onDisconnected ?? path.OnDisconnected;
            path.Attach(poller, onPeer);
        }
    }

    /// <inheritdoc cref="StatePublisher.Publish"/>
    public void Publish(PeerMessage message, in MandateStamp stamp) => publisher.Publish(message, stamp);

    /// <summary>
    /// Takes the next message from any path. A path that returns after a silence in which another path delivered may
    /// have held old messages back: it is purged.
    /// </summary>
    public Inbox TryReceive(TimeSpan now, out PeerMessage message, out MandateStamp stamp, out int size, out bool more)
    {
        (message, stamp, size, more) = (default, default, 0, false);
        for (var tried = 0; tried < paths.Count; nextPath = (nextPath + 1) % paths.Count)
        {
            var path = paths[nextPath];
            var found = path.TryReceive(now, out message, out stamp, out size, out more);
            if (found is Inbox.Garbage or Inbox.Foreign) return found;
            if (found == Inbox.Message)
            {
                var late = IsLate(path, now);
                path.Received(now);
                if (!late) return found;
                path.Purge();
            }

            tried++;
        }

        return Inbox.Empty;
    }

    /// <inheritdoc cref="StatePublisher.TakeSubscriptions"/>
    public bool TakeSubscriptions(int limit) => publisher.TakeSubscriptions(limit);

    /// <summary>Discards everything from the peer that has not been received.</summary>
    public void Purge()
    {
        foreach (var path in paths) path.Purge();
    }

    /// <summary>Connects or reconnects every path.</summary>
    public void Dial(TimeSpan now)
    {
        foreach (var path in paths) path.Dial(now);
    }

    /// <summary>Once a turn, at its end.</summary>
    public void EndTurn(TimeSpan now)
    {
        publisher.EndTurn(now, tick);
        foreach (var path in paths) path.EndTurn(now);
    }

    /// <summary>
    /// Every address of all remote endpoints, including those not connected to: the peer may listen there. Null
    /// while a name has not been resolved.
    /// </summary>
    public IPEndPoint[]? Addresses()
    {
        var addresses = new List<IPEndPoint>();
        foreach (var path in paths)
        {
            var before = addresses.Count;
            addresses.AddRange(path.Addresses);
            if (addresses.Count == before) return null;
        }

        return [.. addresses.Distinct()];
    }

    /// <summary>Closes all connections; a failure to close one does not keep the others open.</summary>
    public void Close(Ending ending)
    {
        if (disposed) return;
        disposed = true;
        ending.Try(publisher.Dispose);
        foreach (var path in paths) ending.Try(path.Dispose);
    }

    public void Dispose() => Close(new Ending(static _ => { }));

    private bool IsLate(PeerPath path, TimeSpan now) =>
        !path.IsFresh && now - path.LastReceived > pathSilence
        && paths.Exists(other => other != path && now - other.LastReceived <= pathSilence);

    // Prompt without flooding: a peer that is back is received within an eighth of a heartbeat.
    private static TimeSpan ReconnectInterval(Timing timing)
    {
        var shortest = TimeSpan.FromMilliseconds(10);
        return timing.Heartbeat / 8 > shortest ? timing.Heartbeat / 8 : shortest;
    }
}
