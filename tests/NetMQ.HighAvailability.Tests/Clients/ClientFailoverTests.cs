using System.Net;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.DeliveryGuarantee;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A client and a pair, over real sockets.</summary>
public sealed class ClientFailoverTests
{
    private static readonly TimeSpan Failover = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Many_callers_are_answered_by_the_active_server()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports);

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => client.Ask()));

        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(Primary));
        Wait.Until(() => client.Status is { Answered: 500, Outstanding: 0 }, "the status to be published");
        backup.State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public async Task When_the_active_server_dies_every_caller_is_answered_by_the_other()
    {
        var dies = false;
        var (primary, backup) = TestNode.StartedPair(TestNode.EndedByHandler, socket =>
        {
            if (Volatile.Read(ref dies)) throw new InvalidOperationException("dies");
            TestNode.Echo(socket);
        });
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports);
        var failedOver = new TaskCompletionSource();
        client.Client.ServerChanged += (_, change) =>
        {
            if (change.PreviousServer is not null) failedOver.SetResult();
        };

        var callers = client.AskInTurns(64, failedOver.Task);
        Wait.Until(() => client.Status.Answered > 100, "some answers");
        Volatile.Write(ref dies, true);
        await callers;

        backup.State.Should().Be(BinaryStarState.Active);
        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(Backup));
        var change = client.Changes.Last();
        change.PreviousServer.Should().Be(primary.Ports.VoterEndpoint(Primary));
        change.NewServer.Should().Be(primary.Ports.VoterEndpoint(Backup));
        change.Duration.Should().BePositive();
        client.Status.Retransmissions.Should().BePositive();
        client.Status.ServerChanges.Should().Be(2);
        client.LogCount(510).Should().Be(2);
    }

    [Fact]
    public async Task A_polite_stop_is_followed()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports);
        await client.Ask();

        await primary.Star.StopAsync();
        primary.Dispose();
        await client.Ask();
        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(Backup));
    }

    [Fact]
    public async Task A_hand_over_while_both_run_is_followed_long_before_the_server_timeout()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports, TestClient.Patient);
        await client.Ask(AtMostOnce);

        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        await client.Ask(AtMostOnce);

        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(Backup));
        Wait.Until(() => client.Changes.Count == 2, "the change to be reported");
        client.Changes.Last().Reason.Should().Be(ServerChangeReason.NotActive);
    }

    [Fact]
    public async Task A_client_that_comes_to_the_passive_server_first_is_sent_on()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        await using var client = new TestClient(
            [primary.Ports.VoterEndpoint(Backup), primary.Ports.VoterEndpoint(Primary)],
            TestClient.Patient);

        await client.Ask(AtMostOnce);

        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(Primary));
        backup.State.Should().Be(BinaryStarState.Passive);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public async Task A_client_may_start_before_its_servers_and_these_in_any_order(BinaryStarRole first)
    {
        var ports = PairPorts.New();
        await using var client = TestClient.Of(ports);
        var answer = client.Ask();
        Wait.Until(() => client.Status.Outstanding == 1, "the request to be taken");

        using var one = new TestNode(first, ports).Started();
        using var other = new TestNode(TestNode.Other(first), ports).Started();
        await answer;
    }

    [Fact]
    public async Task Callers_survive_one_failover_after_the_other()
    {
        var (primary, backup) = TestNode.StartedPair();
        var nodes = new[] { primary, backup };
        await using var client = TestClient.Of(primary.Ports);
        var enough = new TaskCompletionSource();
        var callers = client.AskInTurns(16, enough.Task);
        for (var active = 0; active < 3; active++)
        {
            var dying = nodes[active % 2];
            Wait.Until(() => client.Client.CurrentServer == dying.Ports.VoterEndpoint(dying.Star.Status.Role), $"the {dying.Star.Status.Role} to serve");
            dying.Dispose();
            nodes[active % 2] = dying.Restarted();
            nodes[active % 2].WaitFor(BinaryStarState.Passive);
        }

        enough.SetResult();
        await callers;
        foreach (var node in nodes) node.Dispose();
    }

    [Fact]
    public async Task A_slow_but_healthy_server_is_waited_for_and_its_passive_peer_stays_passive()
    {
        var late = 4 * TestClient.ServerTimeout;
        var slow = new SlowEcho(late);
        var (primary, backup) = TestNode.StartedPair(Patient, slow.Handle);
        using var one = primary;
        using var other = backup;
        slow.ReplyFrom(primary.Star.Poller);
        await using var client = TestClient.Of(primary.Ports);

        await client.Ask();
        await client.Ask();

        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(Primary));
        backup.Star.Status.VotesRejected.Should().BePositive("the client did ask it");
        backup.Changes.Should().NotContain(change => change.NewState == BinaryStarState.Active);
        primary.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public async Task A_client_that_reaches_only_the_passive_server_does_not_make_it_active()
    {
        var (primary, backup) = TestNode.StartedPair(Patient);
        using var one = primary;
        using var other = backup;
        await using var client = new TestClient(
            [$"tcp://127.0.0.1:{Ports.Free()}", primary.Ports.VoterEndpoint(Backup)],
            options => options.RequestTimeout = 1.5 * Failover);

        var asking = () => client.Ask();
        await asking.Should().ThrowAsync<RequestTimeoutException>();

        backup.Star.Status.VotesRejected.Should().BePositive();
        backup.State.Should().Be(BinaryStarState.Passive);
        primary.State.Should().Be(BinaryStarState.Active);
        client.Client.CurrentServer.Should().BeNull();
    }

    [Fact]
    public async Task A_client_that_reaches_only_the_active_server_is_served()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        await using var client = new TestClient([$"tcp://127.0.0.1:{Ports.Free()}", primary.Ports.VoterEndpoint(Primary)]);

        await client.Ask();
        Wait.Until(() => client.Status.ServerChanges == 1, "the change to be counted");
    }

    [Fact]
    public async Task A_server_is_found_at_any_address_that_its_name_has()
    {
        using var server = new RawServer(Ports.Free());
        using var silent = new SilentListener(server.Port);
        await using var client = new TestClient([$"tcp://server.example:{server.Port}"], options => options.LookUp = LookUp);

        await client.Ask();

        Task<IPAddress[]> LookUp(string host) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), silent.Address, IPAddress.Loopback]);
    }

    [Fact]
    public async Task A_server_that_moves_to_another_address_is_followed_there()
    {
        var moved = false;
        using var first = new RawServer(Ports.Free());
        await using var client = new TestClient([$"tcp://server.example:{first.Port}"], options => options.LookUp = _ =>
            Task.FromResult<IPAddress[]>([Volatile.Read(ref moved) ? IPAddress.Parse("127.0.0.2") : IPAddress.Loopback]));
        await client.Ask();
        first.Dispose();
        Volatile.Write(ref moved, true);

        using var second = new RawServer(first.Port, address: "127.0.0.2");
        await client.Ask();
    }

    [Fact]
    public async Task One_server_alone_is_followed_through_its_restart()
    {
        var port = Ports.Free();
        var first = new RawServer(port);
        await using var client = new TestClient([first.Endpoint]);
        await client.Ask();
        first.Dispose();
        var asked = client.Ask();

        using var second = new RawServer(port);
        await asked;
        client.Status.ServerChanges.Should().Be(1);
    }

    [Fact]
    public async Task At_least_once_is_executed_by_both_servers_if_the_first_dies_with_the_answer()
    {
        RawServer? dying = null;
        using var first = dying = new RawServer(Ports.Free(), (request, _) => dying!.Die());
        using var second = new RawServer(Ports.Free());
        await using var client = new TestClient([first.Endpoint, second.Endpoint]);

        (await client.Ask("order", AtLeastOnce)).Should().Be("order");

        first.Times("order").Should().Be(1);
        second.Times("order").Should().BeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task At_most_once_is_executed_by_no_second_server_and_says_that_the_outcome_is_unknown()
    {
        RawServer? dying = null;
        using var first = dying = new RawServer(Ports.Free(), (request, send) =>
        {
            if (request.Last.ConvertToString() == "order") dying!.Die();
            else send(request);
        });
        using var second = new RawServer(Ports.Free());
        await using var client = new TestClient([first.Endpoint, second.Endpoint]);
        await client.Ask();

        var ordering = () => client.Ask("order", AtMostOnce);
        await ordering.Should().ThrowAsync<RequestOutcomeUnknownException>();
        await client.Ask(AtMostOnce);

        first.Times("order").Should().Be(1);
        second.Times("order").Should().Be(0);
        client.Status.OutcomeUnknown.Should().Be(1);
    }

    [Fact]
    public async Task With_a_healthy_server_every_request_is_executed_exactly_once()
    {
        using var server = new RawServer(Ports.Free());
        await using var client = new TestClient([server.Endpoint], options => options.ServerTimeout = TimeSpan.FromSeconds(10));
        await client.Ask();
        var searching = server.Executed.Count; // while it looks for a server, the client asks again on a machine that stalls

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.Ask()));
        server.Executed.Skip(searching).Should().HaveCount(1000).And.OnlyHaveUniqueItems();
    }

    // Where it matters that nobody becomes active, not even because the machine is busy.
    private static void Patient(BinaryStarOptions options)
    {
        options.FailoverTimeout = Failover;
        options.HeartbeatInterval = Failover / 6;
    }
}
