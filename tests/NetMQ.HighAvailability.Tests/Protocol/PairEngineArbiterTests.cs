using NetMQ.HighAvailability.Nodes;
using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Mandates;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A node's engine with a mandate: what it asks the arbiter, when, and what it takes a message's time to be. F is 2 s, the lease 10 s.</summary>
public sealed class PairEngineArbiterTests : IPairShell
{
    private static readonly Timing Times = Timing.From(H, F);

    private readonly Mandate mandate = new(Backup, Own, MandateTiming.From(F, L), ArbiterPolicy.Quorum);
    private readonly PairEngine engine;
    private readonly Queue<(PeerMessage Message, MandateStamp Stamp)> inbox = new();
    private readonly Queue<ArbiterRequest> asked = new();
    private readonly List<Transition> changes = [];
    private TimeSpan now;

    public PairEngineArbiterTests()
    {
        engine = new PairEngine(Backup, Times, DualActivePolicy.BackupYields, mandate);
        engine.Start(TimeSpan.Zero);
    }

    [Fact]
    public void A_promise_counts_from_when_the_message_was_received_and_not_from_the_turns_begin()
    {
        var received = Ms(1500) + Times.ShortGap;
        Turn(Ms(1450));
        inbox.Enqueue((PeerMessage.Active, Stamp(1, sentAt: Ms(1400))));

        Turn(Ms(1500), until: received);

        mandate.Memory.PromisedUntil.Should().Be(received + F);
        engine.Memory.PeerActiveAt.Should().Be(received);
    }

    [Fact]
    public void A_turn_that_has_stood_still_for_longer_receives_nothing()
    {
        Turn(Ms(1450));
        var before = mandate.Memory.PromisedUntil;
        inbox.Enqueue((PeerMessage.Active, Stamp(1, sentAt: Ms(1400))));

        Turn(Ms(1500), until: Ms(1500) + Times.ShortGap + TimeSpan.FromTicks(1));

        mandate.Memory.PromisedUntil.Should().Be(before);
        inbox.Should().ContainSingle("it waits for the next turn");
    }

    [Fact]
    public void A_node_that_takes_over_from_a_peer_that_only_waits_does_not_claim_that_it_crashed()
    {
        var at = TimeSpan.Zero;
        while (engine.State != BinaryStarState.Active && at < L)
        {
            if (at < F) inbox.Enqueue((PeerMessage.PrimaryWaiting, Stamp(0, sentAt: at)));
            Turn(at += Ms(50));
            engine.AwaitsArbiter(at, this);
            while (asked.Count > 0) Answer(at);
        }

        at.Should().BeLessThan(engine.Memory.Expiry, "the peer was received not long ago");
        changes.Should().ContainSingle().Which.Reason.Should().Be(BinaryStarChangeReason.PeerSilent);
    }

    [Fact]
    public void After_an_answer_that_was_lost_the_arbiter_is_asked_again_within_F()
    {
        Turn(Ms(0));
        Answer(Ms(10));
        inbox.Enqueue((PeerMessage.Active, Stamp(1, sentAt: Ms(50))));
        var at = Ms(0);
        while (asked.Count == 0) Turn(at += Ms(50), peerIsActive: true);
        while (engine.Memory.UnansweredSince is null) Turn(at += Ms(50), peerIsActive: true);
        asked.Clear();
        var lost = at;

        while (asked.Count == 0 && at < lost + L) Turn(at += Ms(50), peerIsActive: true);

        (at - lost).Should().BeLessThanOrEqualTo(F);
        asked.Dequeue().Operation.Should().Be(ArbiterOperation.Read);
    }

    [Fact]
    public void A_stopping_node_that_served_alone_waits_for_its_lease_to_be_given_back_but_not_for_ever()
    {
        var at = ServeAlone();
        var shutdown = new GracefulShutdown(engine, Times, at, this);
        var relax = asked.Dequeue();
        relax.Operation.Should().Be(ArbiterOperation.Relax);

        shutdown.IsOverAt(at + Timing.ReplyGrace + Ms(1)).Should().BeFalse("the arbiter has not answered");
        shutdown.IsOverAt(at + Times.StopBound).Should().BeTrue("it may never answer");

        engine.Answered(ArbiterAnswer.Written(relax.Id, "given back"), this);
        shutdown.IsOverAt(at + Timing.ReplyGrace + Ms(1)).Should().BeTrue();
    }

    TimeSpan IPairShell.Now => now;

    bool IPairShell.IsDrained => true;

    void IPairShell.Purge()
    {
    }

    bool IPairShell.TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        var any = inbox.TryDequeue(out var arrived);
        (message, stamp) = arrived;
        return any;
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult result)
    {
    }

    void IPairShell.Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
    }

    void IPairShell.Apply(Transition transition) => changes.Add(transition);

    void IPairShell.Ask(in ArbiterRequest request) => asked.Enqueue(request);

    // Until a turn in which it is active, by a lease.
    private TimeSpan ServeAlone()
    {
        var at = TimeSpan.Zero;
        while (engine.State != BinaryStarState.Active && at < L)
        {
            Turn(at += Ms(50));
            engine.AwaitsArbiter(at, this);
            while (asked.Count > 0) Answer(at);
        }

        return at;
    }

    private void Answer(TimeSpan at)
    {
        now = at;
        var request = asked.Dequeue();
        engine.Answered(request.Operation == ArbiterOperation.Read ? ArbiterAnswer.Of(request.Id, null) : ArbiterAnswer.Written(request.Id, $"v{request.Id}"), this);
    }

    private void Turn(TimeSpan at, TimeSpan? until = null, bool peerIsActive = false)
    {
        if (peerIsActive) inbox.Enqueue((PeerMessage.Active, Stamp(1, sentAt: at)));
        now = until ?? at;
        engine.Turn(at, subscriberCame: false, this);
    }
}
