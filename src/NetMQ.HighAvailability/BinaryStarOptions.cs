using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.Common.OptionChecks;

namespace NetMQ.HighAvailability;

/// <summary>
/// How one node of a pair is set up. Read once, by the constructor of <see cref="BinaryStar"/>; later changes have no
/// effect. Both nodes of a pair use the same timing.
/// </summary>
public sealed class BinaryStarOptions
{
    private const int MaxRequestBytes = 256 * 1024 * 1024;

    internal static readonly TimeSpan MinHeartbeatInterval = TimeSpan.FromMilliseconds(20);
    internal static readonly TimeSpan MaxHeartbeatInterval = TimeSpan.FromHours(1);

    /// <summary>Options with the timing of <see cref="BinaryStarPreset.Lan"/>.</summary>
    public BinaryStarOptions()
        : this(BinaryStarPreset.Lan)
    {
    }

    /// <summary>Options with the timing of a preset.</summary>
    /// <param name="preset">Sets <see cref="HeartbeatInterval"/>, <see cref="FailoverTimeout"/> and the peer's.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such preset.</exception>
    public BinaryStarOptions(BinaryStarPreset preset) => Apply(preset);

    /// <summary>Sets <see cref="HeartbeatInterval"/>, <see cref="FailoverTimeout"/> and the peer's to those of a preset.</summary>
    /// <param name="preset">The kind of network.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such preset.</exception>
    public void Apply(BinaryStarPreset preset)
    {
        PeerHeartbeatInterval = PeerFailoverTimeout = null;
        (HeartbeatInterval, FailoverTimeout) = preset switch
        {
            BinaryStarPreset.Lan => (TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)),
            BinaryStarPreset.Local => (TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400)),
            BinaryStarPreset.Wan => (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6)),
            BinaryStarPreset.ZeroMqGuide => (TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(3)),
            _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "There is no such preset."),
        };

        if (preset != BinaryStarPreset.ZeroMqGuide) return;
        PeerHeartbeatInterval = TimeSpan.FromSeconds(1);
        PeerFailoverTimeout = TimeSpan.FromSeconds(2);
    }

    /// <summary>
    /// The pair's name in metrics, the same for both of its nodes; distinguishes it from other pairs of the same process. Default
    /// <see langword="null"/>: <c>default</c>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Which half of the pair this node is. Required; exactly one node is the primary.</summary>
    public BinaryStarRole Role { get; set; }

    /// <summary>
    /// Where this node publishes its state to its peer: one or more of <c>tcp://address:port</c>, with <c>*</c> for
    /// all interfaces, of IPv4 and IPv6. An IPv6 address is written in brackets. Required.
    /// </summary>
    /// <remarks>Source: <c>bstar_new (…, local, …)</c> of the ZeroMQ guide.</remarks>
    public IReadOnlyList<string> LocalEndpoints { get; set; } = [];

    /// <summary>
    /// Where the peer publishes its state: one or more of <c>tcp://host:port</c>. Required. A host name that does not
    /// resolve yet, or moves later, is resolved again whenever the peer has been silent for
    /// half of <see cref="FailoverTimeout"/>, or up to three quarters where the peer publishes rarely, and each time the next
    /// of its addresses is tried, of IPv4 and IPv6.
    /// </summary>
    /// <remarks>Source: <c>bstar_new (…, …, remote)</c> of the ZeroMQ guide.</remarks>
    public IReadOnlyList<string> RemoteEndpoints { get; set; } = [];

    /// <summary>
    /// How often this node publishes its state when nothing changes; while it is active, or passive with an arbiter under <see cref="ArbiterPolicy.Quorum"/>, twice as often. Default 500 ms; from
    /// 20 ms to 1 hour. Below 100 ms a busy machine causes needless (safe) failovers, and a warning is logged.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; }

    /// <summary>
    /// How long the peer must be silent before a request may make this node active. Default 2 s; from three times
    /// <see cref="HeartbeatInterval"/>, which tolerates three lost messages of an active peer, to 3 hours; four times tolerates five.
    /// </summary>
    public TimeSpan FailoverTimeout { get; set; }

    /// <summary>
    /// The peer's heartbeat interval, where the peer is one of the ZeroMQ guide's own nodes (1 s there). Default
    /// <see langword="null"/>: the peer is this library with the same timing. More than zero, at most
    /// a third of <see cref="FailoverTimeout"/> and 1 hour. Given together with <see cref="PeerFailoverTimeout"/>.
    /// </summary>
    public TimeSpan? PeerHeartbeatInterval { get; set; }

    /// <summary>
    /// After how long a silence the peer considers this node dead, where the peer is one of the ZeroMQ guide's own nodes (2 s
    /// there). Default <see langword="null"/>: as <see cref="FailoverTimeout"/>. At least three times
    /// <see cref="HeartbeatInterval"/>.
    /// </summary>
    public TimeSpan? PeerFailoverTimeout { get; set; }

    /// <summary>What happens when two active nodes meet. Default <see cref="DualActivePolicy.BackupYields"/>. Without effect with an <see cref="Arbiter"/>: there the node with the lower token yields.</summary>
    public DualActivePolicy DualActivePolicy { get; set; } = DualActivePolicy.BackupYields;

    /// <summary>
    /// What an exception that leaves the voter's handler costs, or a reply that the handler leaves unfinished. Default
    /// <see cref="HandlerFaultPolicy.DropRequest"/>.
    /// </summary>
    public HandlerFaultPolicy HandlerFaults { get; set; } = HandlerFaultPolicy.DropRequest;

    /// <summary>
    /// Whether to look, when the connection to the peer is lost, if its process is gone: if every remote endpoint
    /// refuses a connection, the next request makes this node active within milliseconds rather than after
    /// <see cref="FailoverTimeout"/>; requests that come meanwhile wait for the outcome, 300 ms at most. See also
    /// <see cref="WarmUpOnStart"/>. Default <see langword="false"/>. Not for use where something else than the
    /// peer's machine may answer for it: NAT, a proxy, a load balancer, a firewall that rejects. With an <see cref="Arbiter"/> that is what its guarantee then
    /// rests on: evidence that is false can have two nodes accept requests for up to <see cref="FailoverTimeout"/>, or <see cref="ArbiterLease"/> if the peer served
    /// alone, and then only the token tells them apart.
    /// </summary>
    public bool DetectCrash { get; set; }

    /// <summary>
    /// Whether the process's first node with <see cref="DetectCrash"/> warms up when it starts: in the background, a second
    /// node on loopback ports takes over once, so that all code of a takeover is loaded and compiled before it is needed.
    /// Without it, the first takeover of a process takes tens of milliseconds longer. It costs a thread and about ten
    /// sockets for 2 s at most. Default <see langword="true"/>; without effect if <see cref="DetectCrash"/> is
    /// <see langword="false"/>, and in a process compiled ahead of time (Native AOT), which has nothing to compile.
    /// </summary>
    public bool WarmUpOnStart { get; set; } = true;

    /// <summary>
    /// The third opinion, without which two nodes cannot tell a dead peer from a cut cable: with it at most one node accepts requests at any time, and each term
    /// has a <see cref="BinaryStarTerm.FencingToken"/>. Both nodes have the same, and the same <see cref="Name"/>, by which it knows the pair. Default <see langword="null"/>:
    /// none. A pair with an arbiter does not mix with a node that has none: to switch it on or off, stop both. See docs/arbiter.md.
    /// </summary>
    public IArbiter? Arbiter { get; set; }

    /// <summary>What an active node of a pair with an arbiter must have in order to serve. Default <see cref="ArbiterPolicy.Quorum"/>.</summary>
    public ArbiterPolicy ArbiterPolicy { get; set; } = ArbiterPolicy.Quorum;

    /// <summary>
    /// How long a node that serves without its peer goes on when the arbiter does not answer, and how long it takes the peer to take over from it if it dies
    /// then. Default 10 s; from <see cref="FailoverTimeout"/> to 3 hours, in whole milliseconds. Both nodes have the same.
    /// </summary>
    public TimeSpan ArbiterLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many messages a voter socket of NetMQ's (DEALER, PULL, SUB, and ROUTER with <see cref="UseNetMQRouter"/>) queues for each
    /// client and direction before it drops (ROUTER) or waits (others); 0 is no limit. Default 100,000; NetMQ's own of 1,000 loses replies
    /// to a client with thousands of requests in flight. Our ROUTER counts bytes: 16 MiB of unsent replies for each client.
    /// </summary>
    public int VoterHighWatermark { get; set; } = 100_000;

    /// <summary>
    /// The largest request, in bytes of all its frames, that the voter takes; a larger one, or one of more than 1,024 frames, ends its
    /// client's connection. Default 16 MiB; from 1 KiB to 256 MiB. For a voter socket of NetMQ's it is the largest frame. A <see cref="BinaryStarClient"/> has
    /// its own limit, <see cref="BinaryStarClientOptions.MaxRequestBytes"/>. With <see cref="VoterCertificate"/> a frame of a MiB keeps the node's thread busy for
    /// some 13 ms, so the limit should be small where <see cref="FailoverTimeout"/> is.
    /// </summary>
    public int VoterMaxRequestBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// This node's keys, which secure the state link with CURVE together with <see cref="PeerCertificate"/>: the peer
    /// accepts messages only from a node that has the secret key. Default <see langword="null"/>: the link is not secured. <see cref="CurveKeyFile"/>
    /// makes and reads keys.
    /// </summary>
    public NetMQCertificate? Certificate { get; set; }

    /// <summary>
    /// The peer's public key: messages of anyone who cannot prove to have the secret one are not received. Given together with
    /// <see cref="Certificate"/>, on both nodes.
    /// </summary>
    public NetMQCertificate? PeerCertificate { get; set; }

    /// <summary>
    /// The keys of the voter socket: clients must know the public key, and can be sure of which server they are connected to; what they
    /// send is encrypted. Default <see langword="null"/>: plain. Both nodes may have the same, so that clients need to know one. With a
    /// voter of type ROUTER, a client that does not use CURVE is refused; <see cref="VoterClientKeyFolder"/> says which clients are served.
    /// </summary>
    public NetMQCertificate? VoterCertificate { get; set; }

    /// <summary>
    /// A folder with the public keys of the clients that are served, one in each <c>.key</c> file (<see cref="CurveKeyFile"/>). Read again
    /// every second: a key that is added counts at once, and who has one that is removed is disconnected. Default <see langword="null"/>: every
    /// client that knows the public key of <see cref="VoterCertificate"/>, which it needs. For a voter of type ROUTER.
    /// </summary>
    public string? VoterClientKeyFolder { get; set; }

    /// <summary>
    /// A folder with the public keys of those that may subscribe to this node's state beside its peer, as <see cref="StateSubscriber"/> does;
    /// read like <see cref="VoterClientKeyFolder"/>. Default <see langword="null"/>: with <see cref="Certificate"/> the peer alone, without it everybody.
    /// </summary>
    public string? MonitorKeyFolder { get; set; }

    /// <summary>
    /// Whether a voter of type ROUTER is NetMQ's own <see cref="Sockets.RouterSocket"/>, for who needs one of its features. That one is for
    /// trusted networks: whoever can connect to it can end the process. Default <see langword="false"/>.
    /// </summary>
    public bool UseNetMQRouter { get; set; }

    /// <summary>
    /// The source of monotonic time, and of the wall-clock time in <see cref="DualActiveLostEventArgs"/>. Default
    /// <see cref="TimeProvider.System"/>; another one is for tests.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How host names are looked up; another way is for tests.</summary>
    internal HostLookup LookUp { get; set; } = HostResolver.LookUpAsync;

    /// <summary>Checks all options, as the constructor of <see cref="BinaryStar"/> does.</summary>
    /// <exception cref="ArgumentException">An option is missing, malformed or out of range; the message names it.</exception>
    public void Validate()
    {
        if (Role is not (BinaryStarRole.Primary or BinaryStarRole.Backup))
            throw Invalid(nameof(Role), $"must be {BinaryStarRole.Primary} or {BinaryStarRole.Backup}, and is {(int)Role}: give each node of the pair its own role");
        if (DualActivePolicy is not (DualActivePolicy.BackupYields or DualActivePolicy.Abort))
            throw Invalid(nameof(DualActivePolicy), $"must be {DualActivePolicy.BackupYields} or {DualActivePolicy.Abort}, and is {(int)DualActivePolicy}");
        if (HandlerFaults is not (HandlerFaultPolicy.DropRequest or HandlerFaultPolicy.EndNode))
            throw Invalid(nameof(HandlerFaults), $"must be {HandlerFaultPolicy.DropRequest} or {HandlerFaultPolicy.EndNode}, and is {(int)HandlerFaults}");
        if (VoterHighWatermark < 0)
            throw OutOfRange(nameof(VoterHighWatermark), VoterHighWatermark, "must be 0 (no limit) or more");
        if (VoterMaxRequestBytes is < 1024 or > MaxRequestBytes)
            throw OutOfRange(nameof(VoterMaxRequestBytes), VoterMaxRequestBytes, "must be from 1,024 to 268,435,456 (256 MiB), which all unfinished requests together may take");
        if (TimeProvider is null)
            throw Invalid(nameof(TimeProvider), "must not be null");

        ValidateKeys();
        ValidateTiming();
        ValidateArbiter();
        ValidateEndpoints();
    }

    /// <summary>The options as they are now.</summary>
    internal BinaryStarOptions Copy()
    {
        var copy = (BinaryStarOptions)MemberwiseClone();
        copy.LocalEndpoints = [.. LocalEndpoints];
        copy.RemoteEndpoints = [.. RemoteEndpoints];
        return copy;
    }

    /// <exception cref="ArgumentException">An endpoint is malformed.</exception>
    internal TcpEndpoint[] ParseLocals() => Parse(nameof(LocalEndpoints), LocalEndpoints, wildcard: true);

    /// <exception cref="ArgumentException">An endpoint is malformed.</exception>
    internal TcpEndpoint[] ParseRemotes() => Parse(nameof(RemoteEndpoints), RemoteEndpoints, wildcard: false);

    internal Timing ToTiming() => PeerHeartbeatInterval is { } peerHeartbeat && PeerFailoverTimeout is { } peerFailover
        ? Timing.From(HeartbeatInterval, FailoverTimeout, peerHeartbeat, peerFailover)
        : Timing.From(HeartbeatInterval, FailoverTimeout);

    /// <summary>The right to serve of a new process; null without an arbiter.</summary>
    internal Mandate? ToMandate() => Arbiter is null ? null : new Mandate(Role, Guid.NewGuid(), MandateTiming.From(FailoverTimeout, ArbiterLease), ArbiterPolicy);

    /// <summary>The clock to measure by: with an arbiter one that goes on while the machine is suspended.</summary>
    internal TimeProvider ToClock() => Arbiter is not null && TimeProvider == TimeProvider.System ? BootClock.Instance : TimeProvider;

    /// <exception cref="ArgumentException">A folder of keys cannot be read.</exception>
    internal CurveKeys? ToLinkKeys(ILogger logger) => Certificate is { } own && PeerCertificate is { } peer
        ? new CurveKeys(new CurveKeyPair(own.SecretKey!, own.PublicKey), peer.PublicKey, OpenKeys(nameof(MonitorKeyFolder), MonitorKeyFolder, logger))
        : null;

    /// <exception cref="ArgumentException">The folder of keys cannot be read.</exception>
    internal PortSettings ToVoterSettings(ILogger logger)
    {
        var allowed = OpenKeys(nameof(VoterClientKeyFolder), VoterClientKeyFolder, logger);
        var metadata = Metadata.Write(SocketKind.Router, []);
        var keys = VoterCertificate is { } certificate ? new CurveKeyPair(certificate.SecretKey!, certificate.PublicKey) : null;
        return new PortSettings
        {
            What = "voter endpoint",
            Kind = SocketKind.Router,
            NewMechanism = keys is null ? () => new NullMechanism(metadata) : () => new CurveServer(metadata, keys, allowed is null ? null : allowed.Contains),
            Keys = allowed,
            IsAllowed = key => allowed!.Contains(key),
            Limits = new WireLimits(VoterMaxRequestBytes, MaxFrames: 1024),
            MaxHeldInAll = Math.Max(PortSettings.MostMemory, 2L * VoterMaxRequestBytes), // buffers grow by doubling: the largest request must have room
        };
    }

    private KeyFolder? OpenKeys(string option, string? folder, ILogger logger)
    {
        if (folder is null) return null;
        if (string.IsNullOrWhiteSpace(folder)) throw Invalid(option, "must be a folder, and is empty: leave it out, or give the folder's path");
        try
        {
            return new KeyFolder(folder, TimeProvider, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new ArgumentException($"{option} '{folder}' cannot be read: {e.Message} It must be a folder of public key files, *.key.", option, e);
        }
    }

    private void ValidateKeys()
    {
        if (VoterClientKeyFolder is not null && VoterCertificate is null)
            throw Invalid(nameof(VoterClientKeyFolder), $"needs {nameof(VoterCertificate)}: without the voter's keys, clients prove none either");
        if (VoterClientKeyFolder is not null && UseNetMQRouter)
            throw Invalid(nameof(VoterClientKeyFolder), $"cannot be used with {nameof(UseNetMQRouter)}: NetMQ cannot refuse a client's key");
        if (MonitorKeyFolder is not null && Certificate is null)
            throw Invalid(nameof(MonitorKeyFolder), $"needs {nameof(Certificate)} and {nameof(PeerCertificate)}: without keys everybody may subscribe");

        if (Certificate is null != PeerCertificate is null)
            throw Invalid(nameof(Certificate), $"and {nameof(PeerCertificate)} must be given together, or neither: the link is secured in both directions or not at all");
        if (Certificate is { HasSecretKey: false })
            throw Invalid(nameof(Certificate), "must have its secret key: give it this node's secret key file, and the public one to the peer");
        if (VoterCertificate is { HasSecretKey: false })
            throw Invalid(nameof(VoterCertificate), "must have its secret key: the public one is for the clients");
        if (Certificate is not null && Certificate.PublicKeyZ85 == PeerCertificate!.PublicKeyZ85)
            throw Invalid(nameof(PeerCertificate), "must be the peer's, and is this node's own: make keys for each node, and give each side the other's public key");
    }

    private void ValidateTiming()
    {
        if (HeartbeatInterval < MinHeartbeatInterval || HeartbeatInterval > MaxHeartbeatInterval)
            throw OutOfRange(nameof(HeartbeatInterval), HeartbeatInterval, $"must be from {MinHeartbeatInterval} to {MaxHeartbeatInterval}");
        if (FailoverTimeout < 3 * HeartbeatInterval)
        {
            throw OutOfRange(nameof(FailoverTimeout), FailoverTimeout,
                $"must be at least three times {nameof(HeartbeatInterval)}, that is {3 * HeartbeatInterval}: raise it, or lower {nameof(HeartbeatInterval)} to {FailoverTimeout / 3} or less");
        }

        if (FailoverTimeout > 3 * MaxHeartbeatInterval)
            throw OutOfRange(nameof(FailoverTimeout), FailoverTimeout, $"must be at most {3 * MaxHeartbeatInterval}");

        if (PeerHeartbeatInterval is null && PeerFailoverTimeout is null) return;
        if (PeerHeartbeatInterval is not { } peerHeartbeat || PeerFailoverTimeout is not { } peerFailover)
            throw Invalid(nameof(PeerHeartbeatInterval), $"and {nameof(PeerFailoverTimeout)} must be given together, or neither");
        if (peerHeartbeat <= TimeSpan.Zero || peerHeartbeat > MaxHeartbeatInterval)
            throw OutOfRange(nameof(PeerHeartbeatInterval), peerHeartbeat, $"must be more than zero and at most {MaxHeartbeatInterval}");
        if (FailoverTimeout < 3 * peerHeartbeat)
        {
            throw OutOfRange(nameof(PeerHeartbeatInterval), peerHeartbeat,
                $"must be at most a third of {nameof(FailoverTimeout)}: raise {nameof(FailoverTimeout)} to {3 * peerHeartbeat} or more");
        }

        if (peerFailover < 3 * HeartbeatInterval)
        {
            throw OutOfRange(nameof(PeerFailoverTimeout), peerFailover,
                $"must be at least three times {nameof(HeartbeatInterval)}: lower {nameof(HeartbeatInterval)} to {peerFailover / 3} or less");
        }
    }

    private void ValidateArbiter()
    {
        if (ArbiterPolicy is not (ArbiterPolicy.Quorum or ArbiterPolicy.Strict))
            throw Invalid(nameof(ArbiterPolicy), $"must be {ArbiterPolicy.Quorum} or {ArbiterPolicy.Strict}, and is {(int)ArbiterPolicy}");
        if (Arbiter is null) return;
        if (string.IsNullOrWhiteSpace(Name))
            throw Invalid(nameof(Arbiter), $"needs {nameof(Name)}, the same on both nodes: the arbiter knows the pair by it");
        if (PeerHeartbeatInterval is not null)
            throw Invalid(nameof(Arbiter), $"cannot be used with {nameof(PeerHeartbeatInterval)}: the ZeroMQ guide's own nodes know no arbiter");
        if (ArbiterLease < FailoverTimeout || ArbiterLease > 3 * MaxHeartbeatInterval || ArbiterLease.Ticks % TimeSpan.TicksPerMillisecond != 0)
            throw OutOfRange(nameof(ArbiterLease), ArbiterLease, $"must be from {nameof(FailoverTimeout)}, that is {FailoverTimeout}, to {3 * MaxHeartbeatInterval}, in whole milliseconds");
    }

    private void ValidateEndpoints()
    {
        var locals = ParseLocals();
        foreach (var remote in ParseRemotes())
        {
            var own = locals.FirstOrDefault(local => local.IsReachedBy(remote));
            if (own is not null)
            {
                throw Invalid(nameof(RemoteEndpoints),
                    $"must be the peer's, and '{remote}' is this node's own '{own}' of {nameof(LocalEndpoints)}: give each side the other's endpoint");
            }
        }
    }

    private static TcpEndpoint[] Parse(string option, IReadOnlyList<string>? endpoints, bool wildcard)
    {
        if (endpoints is null || endpoints.Count == 0)
            throw Invalid(option, "must have at least one endpoint, such as tcp://" + (wildcard ? "*:5003" : "peer.example:5003"));
        return ParseEndpoints(option, endpoints, wildcard, "give each endpoint once");
    }
}
