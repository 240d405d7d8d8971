using System.Diagnostics;
using NetMQ.HighAvailability.Tests.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Whatever a stranger sends to a port of a node ends the stranger's connection at most: the pair goes on as before.</summary>
public sealed class WireAbuseTests
{
    private const int BadConnection = 340;

    private readonly Keys keys = new();
    private readonly NetMQCertificate voterKeys = new();

    private static int MaxBytes => new BinaryStarOptions().VoterMaxRequestBytes;

    [Fact]
    public void Nothing_malformed_that_is_sent_to_a_voter_disturbs_the_pair() => Disturb(
        withKeys: false,
        ports => ports.PrimaryVoter,
        [
            .. WireCases.Openings(withKeys: false),
            .. After(Greeting, [.. WireCases.Handshakes(), .. WireCases.Readies("DEALER", "SUB")]),
            ("an identity that begins with a zero", [.. Greeting, .. WireEnd.Ready("DEALER", 0, 1, 2, 3, 4)]),
            .. After([.. Greeting, .. WireEnd.Ready("DEALER")], [.. WireCases.AfterHandshake(), .. WireCases.ToVoter(MaxBytes)]),
        ]);

    [Fact]
    public void Nothing_malformed_that_is_sent_to_a_state_port_disturbs_the_pair() => Disturb(
        withKeys: false,
        ports => ports.PrimaryState,
        [
            .. WireCases.Openings(withKeys: false),
            .. After(Greeting, [.. WireCases.Handshakes(), .. WireCases.Readies("SUB", "DEALER")]),
            .. After([.. Greeting, .. WireEnd.Ready("SUB")], [.. WireCases.AfterHandshake(), .. WireCases.ToPublisher()]),
        ]);

    [Fact]
    public void Nothing_malformed_that_is_sent_to_a_voter_with_keys_disturbs_the_pair() => Disturb(
        withKeys: true, ports => ports.PrimaryVoter, WithKeys, port => WireKeyed.Client(port, voterKeys.PublicKey));

    [Fact]
    public void Nothing_malformed_that_is_sent_to_a_state_port_with_keys_disturbs_the_pair() => Disturb(
        withKeys: true, ports => ports.PrimaryState, WithKeys, Peer);

    private static byte[] Greeting => WireEnd.Greeting();

    private static (string What, byte[] Bytes)[] WithKeys =>
    [
        .. WireCases.Openings(withKeys: true),
        ("a server's flag", WireEnd.Greeting("CURVE", asServer: 1)),
        .. After(WireEnd.Greeting("CURVE"), [.. WireCases.Handshakes(), .. WireCases.ForCurveServer()]),
    ];

    private static IEnumerable<(string What, byte[] Bytes)> After(byte[] before, IEnumerable<(string What, byte[] Bytes)> cases) =>
        cases.Select(each => ($"{each.What}, after {before.Length} bytes", (byte[])[.. before, .. each.Bytes]));

    // What comes after a handshake with keys: in the clear, sealed by nobody, or sealed and malformed.
    private static IEnumerable<(string What, byte[] Bytes)> Unsealed(WireKeyed from)
    {
        var honest = from.Sealed([1, 2, 3], more: true);
        var altered = from.Sealed([1, 2, 3], more: true);
        altered[^1] ^= 1;
        return
        [
            .. WireCases.Commands(),
            ("a frame that is not sealed", WireEnd.Frame([1])),
            ("a command that is not sealed", WireEnd.Command("PING", 0, 0)),
            ("a short sealed frame", WireEnd.Frame([7, .. "MESSAGE"u8, .. new byte[24]])),
            ("a sealed frame of zeros", WireEnd.Frame([7, .. "MESSAGE"u8, .. new byte[40]])),
            ("a sealed frame, twice", [.. honest, .. honest]),
            ("a sealed frame that was altered", altered),
            ("a sealed frame with a flag for more outside", [1, .. from.Sealed([1])[1..]]),
            ("a sealed empty command", from.Sealed([], isCommand: true)),
            ("a sealed command whose name is too long", from.Sealed([9, 1], isCommand: true)),
            ("a sealed command in several frames", from.Sealed([1, 65, 66], more: true, isCommand: true)),
        ];
    }

    private WireKeyed Peer(int port) =>
        WireKeyed.TryConnect(port, SocketKind.Sub, new CurveKeyPair(keys.Of(Backup).SecretKey!, keys.Of(Backup).PublicKey), keys.Of(Primary).PublicKey)!;

    private void Disturb(bool withKeys, Func<PairPorts, int> choose, IEnumerable<(string What, byte[] Bytes)> cases, Func<int, WireKeyed>? open = null)
    {
        var clock = Stopwatch.StartNew();
        var (primary, backup) = TestNode.StartedPair(options =>
        {
            TestNode.Calm(options);
            if (!withKeys) return;
            keys.Secure(options);
            options.VoterCertificate = voterKeys;
        });
        using var one = primary;
        using var other = backup;
        var changes = primary.Changes.Count;
        var port = choose(primary.Ports);

        foreach (var (what, bytes) in cases)
        {
            using var stranger = WireEnd.To(port);
            stranger.Send(bytes).IsClosed().Should().BeTrue("the connection must be closed after: {0}", what);
        }

        for (var i = 0; open is not null && i < 100; i++)
        {
            using var holder = open(port);
            var sent = Unsealed(holder).ToArray();
            if (i == sent.Length) break;
            holder.End.Send(sent[i].Bytes).IsClosed().Should().BeTrue("the connection must be closed after: {0}", sent[i].What);
        }

        Serves(primary, withKeys);
        var before = backup.Star.Status.StatesReceived;
        Wait.Until(() => backup.Star.Status.StatesReceived > before + 2, "more heartbeats");
        primary.State.Should().Be(BinaryStarState.Active);
        backup.State.Should().Be(BinaryStarState.Passive);
        primary.Changes.Should().HaveCount(changes);
        primary.LogCount(BadConnection).Should().BeInRange(1, 1 + ((int)clock.Elapsed.TotalSeconds / 10), "the log is rate-limited");
    }

    private void Serves(TestNode node, bool withKeys)
    {
        if (withKeys)
        {
            using var keyed = WireKeyed.Client(node.Ports.PrimaryVoter, voterKeys.PublicKey);
            keyed.Ask("still there?").Should().BeTrue();
            return;
        }

        using var client = WireEnd.Client(node.Ports.PrimaryVoter);
        client.Ask("still there?").Should().BeTrue();
    }
}
