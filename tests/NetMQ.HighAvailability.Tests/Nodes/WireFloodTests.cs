using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Whatever comes in too large an amount: the pair goes on, its state unchanged, and serves others.</summary>
public sealed class WireFloodTests : IDisposable
{
    private readonly TestNode primary;
    private readonly TestNode backup;
    private readonly WireEnd honest;
    private readonly int changes;

    public WireFloodTests()
    {
        (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        honest = WireEnd.Client(primary.Ports.PrimaryVoter);
        Ask();
        changes = primary.Changes.Count;
    }

    private int Voter => primary.Ports.PrimaryVoter;

    private int State => primary.Ports.PrimaryState;

    [Fact]
    public void A_request_of_two_million_empty_frames_ends_its_connection()
    {
        var frames = new byte[4_000_000];
        for (var i = 0; i < frames.Length; i += 2) frames[i] = 1;

        using var client = WireEnd.Client(Voter);
        client.Send(frames).IsClosed().Should().BeTrue();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60_000)]
    [InlineData(1_000_000)]
    public void A_request_without_an_end_ends_its_connection(int frame)
    {
        var bytes = WireEnd.Frame(new byte[frame], more: true);
        using var client = WireEnd.Client(Voter);

        while (client.TrySend(bytes)) Ask();
    }

    [Fact]
    public void A_client_that_never_reads_is_cut_off_or_its_replies_are_dropped()
    {
        using var client = WireEnd.Client(Voter);
        var request = WireEnd.Request(new byte[60_000]);

        for (var i = 0; i < 2_000 && client.TrySend(request); i++) Ask();

        Wait.Until(() => primary.Star.Status.RepliesUndeliverable > 0 || client.IsClosed(), "a limit to be reached");
    }

    [Theory]
    [InlineData("SUBSCRIBE")]
    [InlineData("")]
    public void Of_twenty_thousand_subscriptions_the_65th_ends_the_connection(string command)
    {
        var one = command.Length > 0 ? WireEnd.Command(command, 1, 2, 3) : WireEnd.Frame([1, 1, 2, 3]);
        using var subscriber = WireEnd.To(State).Shake("SUB");

        subscriber.Send([.. Enumerable.Repeat(one, 20_000).SelectMany(bytes => bytes)]).IsClosed().Should().BeTrue();
    }

    [Fact]
    public void Of_two_clients_with_one_identity_the_newest_is_served_and_the_other_disconnected()
    {
        using var former = WireEnd.Client(Voter, 1, 2, 3);
        former.Ask("former").Should().BeTrue();

        using var newest = WireEnd.Client(Voter, 1, 2, 3);

        newest.Ask("newest").Should().BeTrue();
        former.IsClosed().Should().BeTrue();
        newest.Ask("still").Should().BeTrue();
    }

    [Theory]
    [InlineData("a PING without a pause")]
    [InlineData("a command without a pause")]
    public void Commands_without_a_pause_hold_up_nothing(string what)
    {
        var command = WireEnd.Command(what.Contains("PING") ? "PING" : "ANY", 0, 0);
        byte[] flood = [.. Enumerable.Repeat(command, 10_000).SelectMany(bytes => bytes)];
        using var end = new CancellationTokenSource();
        var threads = new[] { (Voter, "DEALER"), (Voter, "DEALER"), (State, "SUB"), (State, "SUB") }
            .Select(to => new Thread(() =>
            {
                while (!end.IsCancellationRequested)
                {
                    using var each = WireEnd.To(to.Item1);
                    each.Send([.. WireEnd.Greeting(), .. WireEnd.Ready(to.Item2)]);
                    while (!end.IsCancellationRequested && each.TrySend(flood))
                    {
                    }
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());

        try
        {
            GoesOn();
        }
        finally
        {
            end.Cancel();
            threads.ForEach(thread => thread.Join());
        }
    }

    [Fact]
    public void A_crowd_at_the_state_port_that_never_finishes_its_handshakes_does_not_keep_the_peer_out()
    {
        var crowd = Enumerable.Range(0, 400).Select(_ => WireEnd.To(State).Send(0xFF)).ToList();
        backup.Dispose();
        Wait.Until(() => !primary.Star.Status.PeerAlive, "the peer's end to be noticed");

        using var again = backup.Restarted();

        again.WaitFor(BinaryStarState.Passive);
        crowd.ForEach(each => each.Dispose());
    }

    [Fact]
    public void A_client_that_resets_its_connection_while_its_requests_are_handled_is_no_fault()
    {
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.BackupState);
        using var node = new TestNode(BinaryStarRole.Primary, ports, TestNode.Calm, socket =>
        {
            begun.Set();
            gate.Wait();
            TestNode.Echo(socket);
        }).Started();
        peer.Subscribed().PublishUntil("2", () => node.State == BinaryStarState.Active, "the node to serve");
        byte[] id = [.. "BS?2"u8, .. new byte[16]]; // asks to be told that the request was received
        var request = WireEnd.Request(id, [], [1]);
        var client = WireEnd.Client(ports.PrimaryVoter).Send([.. request, .. request, .. request, .. request]);
        Wait.Until(() => begun.IsSet, "the first request to be handled");

        client.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        client.Dispose();
        gate.Set();

        using var other = WireEnd.Client(ports.PrimaryVoter);
        Wait.Until(() => other.Ask("still there?"), "another client to be served");
        node.Star.Status.RequestsFailed.Should().Be(0);
    }

    public void Dispose()
    {
        if (!backup.Star.Completion.IsCompleted) GoesOn();
        primary.State.Should().Be(BinaryStarState.Active);
        primary.Changes.Should().HaveCount(changes);
        primary.LogCount(340).Should().BeLessThan(10, "the log is rate-limited");
        honest.Dispose();
        primary.Dispose();
        backup.Dispose();
    }

    private void Ask() => honest.Ask("still there?").Should().BeTrue();

    private void GoesOn()
    {
        var before = backup.Star.Status.StatesReceived;
        Wait.Until(() => backup.Star.Status.StatesReceived > before + 3, "more heartbeats");
        backup.State.Should().Be(BinaryStarState.Passive);
        Ask();
    }
}
