using System.Collections.Concurrent;
using System.Net;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability;

/// <summary>
/// Receives the state that one node publishes, as a program does that monitors a pair from outside. It connects again by itself. One
/// thread at a time.
/// </summary>
public sealed class StateSubscriber : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookUpInterval = TimeSpan.FromSeconds(2);

    // After so long, or three of the node's own intervals, the connection may be half-open, or the name mean another machine.
    private static readonly TimeSpan LeastSilence = TimeSpan.FromSeconds(10);

    private readonly Clock clock;
    private readonly TcpEndpoint remote;
    private readonly Dialler dialler;
    private readonly HostResolver resolver;
    private readonly ConcurrentQueue<Action> posted = new();
    private TimeSpan? lookedUp;
    private TimeSpan? received;       // the last message on this connection
    private TimeSpan longestInterval; // between two of them

    /// <summary>Connects in the background, from the first call of <see cref="TryReceive"/> on.</summary>
    /// <param name="endpoint">Where the node publishes its state: <c>tcp://host:port</c>.</param>
    /// <param name="nodeKey">The node's public key, if its link is secured: only who proves to have the secret one is believed.</param>
    /// <param name="own">
    /// The monitor's own keys, of which the node has the public one in its <see cref="BinaryStarOptions.MonitorKeyFolder"/>. Given together
    /// with <paramref name="nodeKey"/>.
    /// </param>
    /// <exception cref="ArgumentException">The endpoint is malformed, or the keys are incomplete; the message says which.</exception>
    public StateSubscriber(string endpoint, NetMQCertificate? nodeKey = null, NetMQCertificate? own = null)
        : this(endpoint, nodeKey, own, HostResolver.LookUpAsync, TimeProvider.System)
    {
    }

    internal StateSubscriber(string endpoint, NetMQCertificate? nodeKey, NetMQCertificate? own, HostLookup lookUp, TimeProvider time)
    {
        clock = new Clock(time);
        remote = TcpEndpoint.TryParse(endpoint, wildcard: false) ?? throw new ArgumentException($"The endpoint '{endpoint}' must be tcp://host:port.", nameof(endpoint));
        if (nodeKey is null != own is null) throw new ArgumentException("The node's public key and the monitor's own keys must be given together, or neither.", nameof(own));
        if (own is { HasSecretKey: false }) throw new ArgumentException("The monitor's own keys must have the secret one: give it the secret key file, and the public one to the node.", nameof(own));

        var metadata = Metadata.Write(SocketKind.Sub, []);
        resolver = new HostResolver(remote, lookUp, posted.Enqueue);
        dialler = new Dialler(
            SocketKind.Sub,
            nodeKey is null ? () => new NullMechanism(metadata) : () => new CurveClient(metadata, new CurveKeyPair(own!.SecretKey!, own.PublicKey), nodeKey.PublicKey),
            new WireLimits(MaxMessageBytes: 256, MaxFrames: 16), Retry, Handshake, clock)
        {
            OnReady = Subscribe,
            OnLost = (_, _) => OnLost(),
        };
    }

    /// <summary>Takes the next state that the node has published, without waiting.</summary>
    /// <param name="state">
    /// The state; <see cref="BinaryStarState.Primary"/> or <see cref="BinaryStarState.Backup"/>, after its role, from a node that waits or has
    /// given up active.
    /// </param>
    /// <returns>False if there is none now.</returns>
    public bool TryReceive(out BinaryStarState state)
    {
        Look();
        while (dialler.TryRead(out var connection))
        {
            if (connection.FrameCount != 1) continue;
            var isStamped = PeerMessageCodec.TryDecode(connection.Frame(0), out var message, out var stamp);
            if (!isStamped && !PeerMessageCodec.TryDecode(connection.Frame(0), out message)) continue;
            Token = isStamped ? stamp.Token : null;
            ServesBy = stamp.ServesBy;
            state = (BinaryStarState)message;
            NoteInterval();
            return true;
        }

        if (IsSilent) LookUp(clock.Now); // all that came has been read
        state = default;
        return false;
    }

    /// <summary>
    /// With the state last taken: the fencing token of an active node's term, or the highest that another node knows. <see langword="null"/> if the node has no
    /// <see cref="IArbiter"/>.
    /// </summary>
    public long? Token { get; private set; }

    /// <summary>With the state last taken: by what an active node serves; <see cref="BinaryStarMandate.None"/> without an <see cref="IArbiter"/>.</summary>
    public BinaryStarMandate ServesBy { get; private set; }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => dialler.Dispose();

    private bool IsSilent => dialler.Ready is { } ready && clock.Now - ready.Active > TimeSpanMath.Max(LeastSilence, 3 * longestInterval);

    private void Look()
    {
        var now = clock.Now;
        if (lookedUp is null || dialler.Ready is null) LookUp(now);
        while (posted.TryDequeue(out var action)) action();
        dialler.Look(now);
    }

    private void LookUp(TimeSpan now)
    {
        if (now - lookedUp <= LookUpInterval) return;
        lookedUp = now;
        resolver.LookUpNext((address, _) =>
        {
            if (address is not null && !dialler.HasReceivedSince(now)) Connect(address);
        });
    }

    private void NoteInterval()
    {
        var now = clock.Now;
        if (received is { } before) longestInterval = TimeSpanMath.Max(longestInterval, now - before);
        received = now;
    }

    // Each address is tried once; then the name is looked up again.
    private void OnLost()
    {
        received = null;
        if (resolver.HasUntried) Connect(resolver.Next());
    }

    private void Connect(IPAddress address)
    {
        received = null;
        dialler.Connect(new IPEndPoint(address, remote.Port));
    }

    // To the four messages, not to everything: a node takes a subscriber to everything for its peer.
    private static void Subscribe(Connection connection)
    {
        for (var digit = (byte)'1'; digit <= '4'; digit++) connection.Wire.WriteSubscription([digit]);
        connection.Flush();
    }
}
