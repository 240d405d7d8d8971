using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Interop;

/// <summary>One of ours and one with the guide's rules over libzmq form a pair, either way round.</summary>
public sealed class OriginalPeerTests
{
    private readonly ITestOutputHelper output;

    public OriginalPeerTests(ITestOutputHelper output)
    {
        this.output = output;
        OriginalNode.SkipWithoutLibzmq();
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void The_primary_serves_and_the_backup_stands_by_whichever_is_ours(BinaryStarRole role)
    {
        var (ours, original) = StartedPair(role);
        using var one = ours;
        using var other = original;
        using var client = role == Primary ? Client.Of(ours) : original.NewClient();

        client.AskUntilAnswered();
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Ours_takes_over_from_an_original_that_is_killed_and_that_stands_by_when_it_is_back(BinaryStarRole role)
    {
        var (ours, original) = StartedPair(role);
        using var one = ours;
        using var other = original;
        using var client = Client.Of(ours);
        if (role == Primary)
        {
            // Let the original have the pair first.
            Wait.For(ours.Star.HandOverAsync(), "the hand-over");
            original.WaitFor("active");
        }

        original.Process.Kill();
        client.AskUntilAnswered();
        using var back = original.Restarted();
        back.WaitFor("passive");

        ours.State.Should().Be(BinaryStarState.Active);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void The_original_takes_over_from_ours_when_that_has_died(BinaryStarRole role)
    {
        var dying = false;
        var (ours, original) = StartedPair(role, socket =>
        {
            if (Volatile.Read(ref dying)) throw new InvalidOperationException("dies");
            TestNode.Echo(socket);
        });
        using var one = ours;
        using var other = original;
        using var toOurs = Client.Of(ours);
        using var toOriginal = original.NewClient();
        if (role == Backup)
        {
            original.Process.Terminate();
            toOurs.AskUntilAnswered();
            using var back = original.Restarted();
            back.WaitFor("passive");
            Volatile.Write(ref dying, true);
            toOurs.Ask();
            using var toBack = back.NewClient();
            toBack.AskUntilAnswered();
            return;
        }

        Volatile.Write(ref dying, true);
        toOurs.Ask();
        toOriginal.AskUntilAnswered();
        original.WaitFor("active");
    }

    [Fact]
    public async Task The_librarys_client_follows_a_pair_of_originals()
    {
        var ports = PairPorts.New();
        using var primary = new OriginalNode(Primary, ports);
        using var backup = new OriginalNode(Backup, ports);
        primary.WaitFor("active");
        backup.WaitFor("passive");
        await using var client = TestClient.Of(ports, options => options.SettleTime = 3 * OriginalNode.Heartbeat);
        await client.Ask();
        client.Client.CurrentServer.Should().Be(ports.VoterEndpoint(Primary));

        primary.Process.Kill();
        await client.Ask();

        client.Client.CurrentServer.Should().Be(ports.VoterEndpoint(Backup));
    }

    [Fact]
    public void A_polite_stop_of_ours_hands_over_to_the_original_without_a_request()
    {
        var (ours, original) = StartedPair(Primary);
        using var other = original;

        ours.Dispose();
        original.WaitFor("active");

        ours.State.Should().Be(BinaryStarState.Passive, "it waited for the original's message");
    }

    [Fact]
    public async Task Ours_hands_over_to_a_running_original_and_comes_back_when_that_stops()
    {
        var (ours, original) = StartedPair(Primary);
        using var one = ours;
        using var other = original;

        var outcome = await ours.Star.HandOverAsync();
        original.WaitFor("active");
        original.Process.Terminate();
        using var client = Client.Of(ours);
        client.AskUntilAnswered();

        outcome.Should().Be(HandOverOutcome.Completed);
    }

    [Fact]
    public void An_original_that_was_frozen_ends_when_it_wakes_beside_ours_and_ours_serves_on()
    {
        var (ours, original) = StartedPair(Backup);
        using var one = ours;
        using var other = original;
        using var client = Client.Of(ours);

        original.Process.Freeze();
        client.AskUntilAnswered();
        original.Process.Wake();
        Wait.Until(() => original.Process.HasExited || ours.State != BinaryStarState.Active, "the meeting of two actives");
        client.AskUntilAnswered();

        ours.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public async Task Ours_yields_to_an_original_that_stays_active_beside_it()
    {
        var (ours, original) = StartedPair(Primary, survives: true);
        using var one = ours;
        using var other = original;
        using var client = Client.Of(ours);
        (await ours.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        original.WaitFor("active");
        original.Process.Freeze();
        client.AskUntilAnswered();
        DateTimeOffset? met = null;

        original.Process.Wake();
        Wait.Until(
            () =>
            {
                if (ours.Star.Status is { State: BinaryStarState.Active, PeerState: BinaryStarState.Active, PeerAlive: true }) met ??= DateTimeOffset.UtcNow;
                return ours.Changes.Any(change => change.Reason == BinaryStarChangeReason.DualActive);
            },
            "ours to yield");

        output.WriteLine($"both were active for {(DateTimeOffset.UtcNow - met)?.TotalMilliseconds:F0} ms after ours had received the original");
        ours.State.Should().Be(BinaryStarState.Passive);
        original.Process.HasExited.Should().BeFalse();
    }

    [Fact]
    public void Garbage_and_a_burst_from_libzmq_change_nothing()
    {
        var ports = PairPorts.New();
        using var rogue = OriginalNode.Rogue(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();

        foreach (var frames in new[] { "[\"\"]", "[\"35\"]", "[\"2d31\"]", "[\"330a\"]", "[\"616263\"]", "[\"33\", \"33\"]" }) rogue.Write($"{frames} 3");
        rogue.Write("[\"35\"] 100000");
        Wait.Until(() => rogue.Lines.Count >= 8, "the orders to be carried out");
        node.Star.Status.PeerLastReceived.Should().BeNull();
        node.State.Should().Be(BinaryStarState.Backup);
        Wait.Until(
            () =>
            {
                rogue.Write("[\"33\"] 1");
                Thread.Sleep(20);
                return node.State == BinaryStarState.Passive;
            },
            "a valid message behind it to count");

        node.Star.Status.GarbageReceived.Should().BeGreaterThan(0);
    }

    private static (TestNode Ours, OriginalNode Original) StartedPair(BinaryStarRole role, Action<VoterSocket>? handler = null, bool survives = false)
    {
        var ports = PairPorts.New();
        var ours = OriginalNode.Ours(role, ports, handler);
        var original = new OriginalNode(TestNode.Other(role), ports, survives);
        ours.WaitFor(role == Primary ? BinaryStarState.Active : BinaryStarState.Passive);
        original.WaitFor(role == Primary ? "passive" : "active");
        if (role == Primary) Wait.Until(() => ours.Star.Status.PeerState == BinaryStarState.Passive, "ours to know its peer as passive");
        return (ours, original);
    }
}
