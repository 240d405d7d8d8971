using NetMQ.HighAvailability.Clients;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.Common.OptionChecks;

namespace NetMQ.HighAvailability;

/// <summary>
/// How a <see cref="BinaryStarClient"/> is set up. Read once, by its constructor; later changes have no effect.
/// </summary>
public sealed class BinaryStarClientOptions
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(1);

    /// <summary>
    /// The voter endpoints of the pair: <c>tcp://host:port</c> of the primary, then of the backup. Required; one alone
    /// is allowed, and then there is no failover. The first is tried first. A host name may
    /// appear or move later; of several addresses, of IPv4 and IPv6, each is tried in turn. An IPv6 address is written in brackets.
    /// </summary>
    public IReadOnlyList<string> Servers { get; set; } = [];

    /// <summary>
    /// How long a request may take from the call to the answer, waiting for a free place and a whole failover
    /// included. Default 30 s; from <see cref="ServerTimeout"/> to 1 day.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the server may answer nothing at all while requests are outstanding before it is left for the other;
    /// also how long after answers to later ones a single request of <see cref="DeliveryGuarantee.AtLeastOnce"/> is sent
    /// again. Default 2 s; from 10 ms to 1 hour. More than the longest time the server takes for a request, or a slow
    /// server is left, to no avail, and its requests are sent more than once.
    /// </summary>
    public TimeSpan ServerTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the client stays with a server that it has turned to, answer or not, unless that server's connection
    /// is lost or refused, or it reports that it is not active. Default 2 s; from 10 ms to 1 hour. At least the servers'
    /// <see cref="BinaryStarOptions.FailoverTimeout"/>: every request is a vote, and a client that went to and fro
    /// faster could make a passive server active beside a healthy one where the link between the two is cut.
    /// </summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How soon after another a request is sent as a vote to the server that is sought, when the connection to the
    /// server before was lost or it reported that it is not active. Default 1 ms; from 1 ms to 1 s. The first fifty go out
    /// so fast, then the interval doubles up to 125 times its length; a server that went silent, or has never answered,
    /// is asked at fifty times the interval and more from the beginning. The same request goes again only when the
    /// server has rejected it, or, to one that does not report rejections, after a quarter of <see cref="ServerTimeout"/>.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How many requests may be outstanding; further callers wait, without a thread, in the order of their calls.
    /// Default 1,000; from 1 to 1,000,000. Where the servers' voter is a socket of NetMQ's or libzmq's, its high-water mark (1,000 for the
    /// ZeroMQ guide's own, <see cref="BinaryStarOptions.VoterHighWatermark"/> for this library's) must not be less, or replies are lost. This library's ROUTER
    /// has none: it keeps 16 MiB of unsent replies for each client.
    /// </summary>
    public int MaxOutstanding { get; set; } = 1000;

    /// <summary>
    /// The largest request, all its frames together and 20 bytes for its id; a larger one fails at the call. Default 16 MiB; from 1,024 bytes to 1 GiB.
    /// No larger than what the servers take, which is <see cref="BinaryStarOptions.VoterMaxRequestBytes"/> for this library's: a server closes the connection
    /// at a request that is too large, again and again until the request's time is up, and all other requests wait meanwhile.
    /// </summary>
    public int MaxRequestBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The largest reply that is accepted, all its frames together; the request of a larger one fails with
    /// <see cref="InvalidReplyException"/>. Default 16 MiB; from 1 byte to 1 GiB. A server that sends a message of
    /// more than four times this and 1 KiB, or of more than 65,536 frames, is disconnected, and the request is not answered.
    /// </summary>
    public int MaxReplyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How often a request may be executed, unless the call specifies it. Default <see cref="DeliveryGuarantee.AtLeastOnce"/>.</summary>
    public DeliveryGuarantee Delivery { get; set; } = DeliveryGuarantee.AtLeastOnce;

    /// <summary>
    /// The servers' public key, where they have a <see cref="BinaryStarOptions.VoterCertificate"/>, the same for both:
    /// requests go to nobody who cannot prove that it has the secret one, and are encrypted. Default
    /// <see langword="null"/>: plain. A server with keys and a client without, or with another's, do not meet: its
    /// connections are lost again and again.
    /// </summary>
    public NetMQCertificate? ServerCertificate { get; set; }

    /// <summary>
    /// The client's own keys, where the servers serve known clients alone (<see cref="BinaryStarOptions.VoterClientKeyFolder"/>). Given
    /// together with <see cref="ServerCertificate"/>. Default <see langword="null"/>: new ones, which nobody knows.
    /// </summary>
    public NetMQCertificate? Certificate { get; set; }

    /// <summary>The source of monotonic time. Default <see cref="TimeProvider.System"/>; another one is for tests.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How host names are looked up; another way is for tests.</summary>
    internal HostLookup LookUp { get; set; } = HostResolver.LookUpAsync;

    /// <summary>Checks the options as the client's constructor does.</summary>
    /// <exception cref="ArgumentException">An option is missing, malformed or out of range; the message names it.</exception>
    public void Validate()
    {
        ParseServers();
        Within(nameof(ServerTimeout), ServerTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Within(nameof(SettleTime), SettleTime, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Within(nameof(ProbeInterval), ProbeInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        if (RequestTimeout < ServerTimeout || RequestTimeout > MaxTime)
        {
            throw OutOfRange(nameof(RequestTimeout), RequestTimeout,
                $"must be from {nameof(ServerTimeout)}, that is {ServerTimeout}, to {MaxTime}: a shorter one ends every request before a silent server is left");
        }

        if (MaxOutstanding is < 1 or > 1_000_000) throw OutOfRange(nameof(MaxOutstanding), MaxOutstanding, "must be from 1 to 1,000,000");
        if (MaxRequestBytes is < 1024 or > 1024 * 1024 * 1024) throw OutOfRange(nameof(MaxRequestBytes), MaxRequestBytes, "must be from 1,024 to 1,073,741,824 (1 GiB)");
        if (MaxReplyBytes is < 1 or > 1024 * 1024 * 1024) throw OutOfRange(nameof(MaxReplyBytes), MaxReplyBytes, "must be from 1 to 1,073,741,824 (1 GiB)");
        if (Delivery is not (DeliveryGuarantee.AtLeastOnce or DeliveryGuarantee.AtMostOnce))
            throw Invalid(nameof(Delivery), $"must be {DeliveryGuarantee.AtLeastOnce} or {DeliveryGuarantee.AtMostOnce}, and is {(int)Delivery}");
        if (Certificate is not null && ServerCertificate is null) throw Invalid(nameof(Certificate), $"needs {nameof(ServerCertificate)}: without the servers' key nothing is secured");
        if (Certificate is { HasSecretKey: false }) throw Invalid(nameof(Certificate), "must have its secret key: give it the client's secret key file, and the public one to the servers");
        if (TimeProvider is null) throw Invalid(nameof(TimeProvider), "must not be null");
    }

    /// <summary>The options as they are now.</summary>
    internal BinaryStarClientOptions Copy()
    {
        var copy = (BinaryStarClientOptions)MemberwiseClone();
        copy.Servers = [.. Servers];
        return copy;
    }

    /// <exception cref="ArgumentException">There is no server, there are too many, or one is malformed.</exception>
    internal TcpEndpoint[] ParseServers()
    {
        if (Servers is null || Servers.Count is < 1 or > 2)
            throw Invalid(nameof(Servers), "must have the endpoint of the primary and that of the backup, such as tcp://one.example:5001 and tcp://two.example:5002 (or one endpoint, without failover)");
        return ParseEndpoints(nameof(Servers), Servers, wildcard: false, "give the endpoint of each server, or this one alone for no failover");
    }

    /// <summary>What makes the security of each connection.</summary>
    internal Func<Mechanism> ToMechanism()
    {
        var metadata = Metadata.Write(SocketKind.Dealer, []);
        if (ServerCertificate is not { PublicKey: var serverKey }) return () => new NullMechanism(metadata);
        var own = Certificate is { } known ? new CurveKeyPair(known.SecretKey!, known.PublicKey) : CurveKeyPair.New();
        return () => new CurveClient(metadata, own, serverKey);
    }

    internal ClientTiming ToTiming() => new(RequestTimeout, ServerTimeout, SettleTime, ProbeInterval);

    private static void Within(string option, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max) throw OutOfRange(option, value, $"must be from {min} to {max}");
    }
}
