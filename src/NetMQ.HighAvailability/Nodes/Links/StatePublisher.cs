using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>A PUB that publishes this node's state at every local endpoint. On the poller's thread only, once <see cref="Attach"/>ed.</summary>
internal sealed class StatePublisher : IDisposable
{
    // Each costs a system call at every heartbeat. A pair needs one or two, its monitors a few.
    private const int MaxConnections = 256;

    // Fewer than the voter leaves: its clients, however many, do not keep the peer out.
    private const int ReservedDescriptors = 32;

    // A crowd of strangers here must not leave the voter without descriptors.
    private const int MaxHandshakes = 32;

    // What a subscriber that does not read may leave unsent; the newest state is the one that counts, and it gets no other.
    private const int MaxUnsentBytes = 1024;

    private readonly ListeningPort port;
    private readonly byte[]? stamped; // the frame of a node with an arbiter, used again and again

    /// <exception cref="EndpointException">An endpoint cannot be bound; none stays bound.</exception>
    public StatePublisher(IReadOnlyList<TcpEndpoint> locals, CurveKeys? keys, bool hasArbiter, LoopSignal signal, Clock clock, LogThrottle throttle, ILogger logger)
    {
        if (hasArbiter) stamped = new byte[PeerMessageCodec.StampedBytes];
        var metadata = Metadata.Write(SocketKind.Pub, []);
        var settings = new PortSettings
        {
            What = "local state endpoint",
            Kind = SocketKind.Pub,
            NewMechanism = keys is null ? () => new NullMechanism(metadata) : () => keys.ToServer(metadata),
            Keys = keys?.Monitors,
            IsAllowed = key => keys!.IsAllowed(key),
            Limits = new WireLimits(1 + WireLimits.MaxTopicBytes, MaxFrames: 1),
            MaxConnections = MaxConnections,
            ReservedDescriptors = ReservedDescriptors,
            MaxHandshakes = MaxHandshakes,
            MaxUnsent = 64 * MaxUnsentBytes,
        };
        port = new ListeningPort(locals, settings, signal, clock, throttle, logger) { OnClosing = Forget };
    }

    /// <summary>How many subscribers there are that get everything, as a node does.</summary>
    public int Subscribers { get; private set; }

    public void Attach(NetMQPoller poller, Action onSubscriber) => port.Attach(poller, onSubscriber);

    /// <summary>Never blocks: a PUB drops what a slow or lost subscriber does not take.</summary>
    public void Publish(PeerMessage message, in MandateStamp stamp)
    {
        if (stamped is not null) PeerMessageCodec.Encode(stamped, message, stamp);
        var frame = stamped ?? PeerMessageCodec.Encode(message);
        foreach (var connection in port.Connections)
        {
            if (connection.Tag is not Subscriptions subscriptions || !subscriptions.Matches(frame) || connection.UnsentBytes > MaxUnsentBytes) continue;
            connection.Wire.WriteFrame(frame, more: false);
            port.MarkDirty(connection);
        }

        port.Flush();
    }

    /// <summary>Takes subscriptions, at most <paramref name="limit"/>. True: a new subscriber must be sent the state.</summary>
    public bool TakeSubscriptions(int limit)
    {
        var came = false;
        while (limit-- > 0 && port.TryRead(out var connection, out var reading))
        {
            if (reading == Reading.Subscribe) came |= Add(connection);
            else if (reading == Reading.Cancel) Remove(connection);
            connection.Done();
        }

        return came;
    }

    /// <summary>Once a turn, at its end.</summary>
    public void EndTurn(TimeSpan now, TimeSpan tick) => port.EndTurn(now, tick);

    public void Dispose() => port.Dispose();

    private bool Add(Connection connection)
    {
        var subscriptions = connection.Tag as Subscriptions ?? new Subscriptions();
        var before = subscriptions.ToAll;
        if (!subscriptions.Add(connection.Frame(0)))
        {
            port.Close(connection);
            return false;
        }

        connection.Tag = subscriptions;
        if (before || !subscriptions.ToAll) return false;
        Subscribers++;
        return true;
    }

    private void Remove(Connection connection)
    {
        if (connection.Tag is not Subscriptions subscriptions) return;
        var before = subscriptions.ToAll;
        subscriptions.Remove(connection.Frame(0));
        if (before && !subscriptions.ToAll) Subscribers--;
    }

    private void Forget(Connection connection)
    {
        if (connection.Tag is Subscriptions { ToAll: true }) Subscribers--;
    }
}
