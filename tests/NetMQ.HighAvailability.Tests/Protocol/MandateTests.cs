using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The nine rules one by one, on both sides of every limit. F is 2 s, the lease 10 s, and a node starts at zero.</summary>
public sealed class MandateTests
{
    private static readonly TimeSpan L = Ms(10_000);
    private static readonly Guid Own = Guid.NewGuid();
    private static readonly Guid Others = Guid.NewGuid();

    private readonly Mandate mandate = Started(ArbiterPolicy.Quorum);

    [Fact]
    public void A_term_lasts_as_long_as_its_lease_by_98_hundredths_counted_from_before_it_was_asked_for()
    {
        Take(mandate, sentAt: Ms(100), answeredAt: Ms(400));

        mandate.Memory.Token.Should().Be(1);
        mandate.Until.Should().Be(Ms(100) + L * 0.98);
        mandate.IsOverAt(mandate.Until - Instant).Should().BeFalse();
        mandate.IsOverAt(mandate.Until).Should().BeTrue();
        mandate.ServesBy(Ms(400)).Should().Be(BinaryStarMandate.Lease);
        mandate.ServesBy(mandate.Until).Should().Be(BinaryStarMandate.None);
    }

    [Fact]
    public void A_node_without_a_term_has_no_right_that_could_be_over()
    {
        mandate.IsOverAt(Ms(100_000)).Should().BeFalse();
        mandate.ServesBy(Ms(0)).Should().Be(BinaryStarMandate.None);
    }

    [Fact]
    public void A_term_whose_lease_is_over_when_it_is_granted_does_not_begin()
    {
        Read(mandate, null, Ms(0));
        var request = mandate.Ask(ArbiterOperation.Take, Ms(0));

        mandate.Answered(ArbiterAnswer.Written(request.Id, "v"), L * 0.98).Should().Be(MandateNews.None);

        mandate.Memory.Token.Should().Be(0);
        mandate.MayRelax.Should().BeTrue();
    }

    [Fact]
    public void A_lease_is_over_when_it_begins_to_be_given_back()
    {
        Take(mandate, Ms(0), Ms(1));
        Acknowledge(mandate, sentAt: Ms(10), at: Ms(20));

        mandate.Ask(ArbiterOperation.Relax, Ms(30)).Claim!.Lease.Should().Be(TimeSpan.Zero);

        mandate.Until.Should().Be(Ms(10) + F * 0.98);
        mandate.HasLeaseToGiveBack.Should().BeTrue();
    }

    [Fact]
    public void A_renewal_counts_from_before_it_was_sent_and_never_shortens_a_lease()
    {
        Take(mandate, Ms(0), Ms(1));
        var request = mandate.Ask(ArbiterOperation.Keep, Ms(2000));
        request.Claim.Should().Be(new ArbiterClaim(1, Primary, Own, L));
        mandate.Answered(ArbiterAnswer.Written(request.Id, "w"), Ms(2400));

        mandate.Until.Should().Be(Ms(2000) + L * 0.98);
    }

    [Fact]
    public void One_request_at_a_time_and_an_answer_to_another_is_ignored()
    {
        var request = mandate.Ask(ArbiterOperation.Read, Ms(0));

        mandate.MayRead.Should().BeFalse();
        mandate.Answered(ArbiterAnswer.Of(request.Id + 1, null), Ms(1)).Should().Be(MandateNews.None);
        mandate.Memory.IsKnown.Should().BeFalse();
        mandate.GiveUp();
        mandate.Answered(ArbiterAnswer.Of(request.Id, null), Ms(2));
        mandate.Memory.IsKnown.Should().BeFalse();
        mandate.MayRead.Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_write_without_an_answer_the_record_must_be_read_and_after_a_read_without_one_it_need_not(bool write)
    {
        Read(mandate, null, Ms(0));
        var request = mandate.Ask(write ? ArbiterOperation.Take : ArbiterOperation.Read, Ms(10));

        mandate.Answered(ArbiterAnswer.Failed(request.Id), Ms(20));

        mandate.Memory.IsKnown.Should().Be(!write);
        mandate.MayTakeAt(Ms(30)).Should().Be(!write);
    }

    [Fact]
    public void A_refused_write_makes_the_record_unknown()
    {
        Read(mandate, null, Ms(0));
        var request = mandate.Ask(ArbiterOperation.Take, Ms(10));

        mandate.Answered(ArbiterAnswer.Refused(request.Id), Ms(20)).Should().Be(MandateNews.None);

        mandate.Memory.IsKnown.Should().BeFalse();
        mandate.MayTakeAt(Ms(20)).Should().BeFalse();
    }

    [Fact]
    public void A_free_record_may_be_taken_at_once_with_the_next_token()
    {
        Read(mandate, Claim(7, Primary, Others, TimeSpan.Zero), Ms(0));

        mandate.MayTakeAt(Ms(0)).Should().BeTrue();
        mandate.Ask(ArbiterOperation.Take, Ms(0)).Should().BeEquivalentTo(new { ExpectedVersion = "v7", Claim = new ArbiterClaim(8, Primary, Own, L), SentAt = Ms(0) });
    }

    [Fact]
    public void A_leased_record_may_be_taken_when_this_very_version_has_been_known_for_its_lease()
    {
        var lease = Ms(3000);
        EndStartPromise(mandate);
        Read(mandate, Claim(7, Backup, Others, lease), Ms(2100));
        Read(mandate, Claim(7, Backup, Others, lease), Ms(4000));

        mandate.IsLeasedToPeer.Should().BeTrue();
        mandate.MayTakeAt(Ms(2100) + lease - Instant).Should().BeFalse();
        mandate.MayTakeAt(Ms(2100) + lease).Should().BeTrue();

        var read = mandate.Ask(ArbiterOperation.Read, Ms(4900));
        mandate.Answered(new ArbiterAnswer(read.Id, ArbiterOutcome.Done, "renewed", Claim(7, Backup, Others, lease)), Ms(5000));
        mandate.MayTakeAt(Ms(5000) + lease - Instant).Should().BeFalse();
        mandate.MayTakeAt(Ms(5000) + lease).Should().BeTrue();
    }

    [Fact]
    public void Its_own_lease_a_process_may_take_at_once_and_a_former_process_s_it_waits_for()
    {
        EndStartPromise(mandate);
        Read(mandate, Claim(7, Primary, Own, L), Ms(2100));
        mandate.MayTakeAt(Ms(2100)).Should().BeTrue();

        var other = Started(ArbiterPolicy.Quorum);
        Read(other, Claim(7, Primary, Others, L), Ms(0));
        other.MayTakeAt(L - Instant).Should().BeFalse();
        other.MayTakeAt(L).Should().BeTrue();
    }

    [Fact]
    public void A_grant_whose_token_was_received_meanwhile_is_not_used()
    {
        Read(mandate, null, Ms(0));
        var request = mandate.Ask(ArbiterOperation.Take, Ms(10));
        mandate.Receive(isActive: false, Stamp(1), Ms(20));

        mandate.Answered(ArbiterAnswer.Written(request.Id, "v"), Ms(30)).Should().Be(MandateNews.None);

        mandate.Memory.Token.Should().Be(0);
    }

    [Fact]
    public void Who_receives_an_active_peer_takes_nothing_for_F_and_acknowledges_token_and_time()
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: true, Stamp(4, sentAt: Ms(77_000)), Ms(1000));

        mandate.StampAt(Ms(1001)).Should().Be(new MandateStamp(4, Ms(1001), 4, Ms(77_000), BinaryStarMandate.None));
        mandate.MayTakeAt(Ms(1000) + F - Instant).Should().BeFalse();
        mandate.MayTakeAt(Ms(1000) + F).Should().BeTrue();
        mandate.StampAt(Ms(1000) + F).PromisedToken.Should().Be(0);
    }

    [Fact]
    public void The_newest_message_is_acknowledged_whatever_the_order_in_which_they_come()
    {
        mandate.Receive(isActive: true, Stamp(4, sentAt: Ms(500)), Ms(1000));
        mandate.Receive(isActive: true, Stamp(4, sentAt: Ms(400)), Ms(1001));
        mandate.Receive(isActive: true, Stamp(3, sentAt: Ms(900)), Ms(1002));
        mandate.StampAt(Ms(1003)).Should().BeEquivalentTo(new { PromisedToken = 4L, PromisedSentAt = Ms(500) });

        mandate.Receive(isActive: true, Stamp(5, sentAt: Ms(10)), Ms(1004));
        mandate.StampAt(Ms(1005)).Should().BeEquivalentTo(new { PromisedToken = 5L, PromisedSentAt = Ms(10) });
    }

    [Fact]
    public void An_acknowledgement_counts_for_98_hundredths_of_F_from_when_the_message_was_sent()
    {
        Take(mandate, Ms(0), Ms(1));
        mandate.Ask(ArbiterOperation.Relax, Ms(2));

        Acknowledge(mandate, sentAt: Ms(1000), at: Ms(1300));

        mandate.Until.Should().Be(Ms(1000) + F * 0.98);
        mandate.ServesBy(Ms(1300)).Should().Be(BinaryStarMandate.Peer);
        Acknowledge(mandate, sentAt: Ms(900), at: Ms(1400));
        mandate.Until.Should().Be(Ms(1000) + F * 0.98);
    }

    [Theory]
    [InlineData(2, 1000)] // another term's
    [InlineData(0, 1000)]
    [InlineData(1, 1301)] // of a time that this clock has not reached
    public void Any_other_acknowledgement_counts_for_nothing(long token, int sentAt)
    {
        Take(mandate, Ms(0), Ms(1));
        var until = mandate.Until;

        mandate.Receive(isActive: false, new MandateStamp(1, Ms(5), token, Ms(sentAt), BinaryStarMandate.None), Ms(1300));

        mandate.Until.Should().Be(until);
        mandate.Memory.PeerUntil.Should().Be(TimeSpan.MinValue);
    }

    [Fact]
    public void An_active_node_promises_nothing()
    {
        Take(mandate, Ms(0), Ms(1));

        mandate.Receive(isActive: true, Stamp(1), Ms(10)).Should().Be(MandateNews.None);

        mandate.Memory.PromisedUntil.Should().Be(TimeSpan.MinValue);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void A_message_of_no_active_peer_ends_the_promise_if_it_was_sent_after_that_term(long token, bool ends)
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: true, Stamp(4), Ms(1000));

        mandate.Receive(isActive: false, Stamp(token), Ms(1100));

        mandate.MayTakeAt(Ms(1100)).Should().Be(ends);
        mandate.StampAt(Ms(1100)).PromisedToken.Should().Be(ends ? 0 : 4);
    }

    [Fact]
    public void A_promise_names_the_newest_term_until_it_is_over()
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: true, Stamp(4), Ms(1000));
        mandate.Receive(isActive: true, Stamp(2), Ms(1100));
        mandate.Receive(isActive: false, Stamp(3), Ms(1200));
        mandate.MayTakeAt(Ms(1200)).Should().BeFalse();

        mandate.Receive(isActive: true, Stamp(2), Ms(1100) + F); // a new one
        mandate.Receive(isActive: false, Stamp(2), Ms(1200) + F);
        mandate.MayTakeAt(Ms(1200) + F).Should().BeTrue();
    }

    [Fact]
    public void A_new_process_has_promised_F_for_its_predecessor()
    {
        mandate.Memory.PromisedUntil.Should().Be(F);
        Started(ArbiterPolicy.Strict).Memory.PromisedUntil.Should().Be(TimeSpan.MinValue);
    }

    [Fact]
    public void A_record_that_is_not_the_peers_ends_the_promise_of_the_start()
    {
        Read(mandate, Claim(3, Primary, Others, TimeSpan.Zero), Ms(100));

        mandate.MayTakeAt(Ms(100)).Should().BeTrue();
    }

    [Fact]
    public void A_record_of_the_peers_says_for_which_term_the_promise_of_the_start_is()
    {
        Read(mandate, Claim(3, Backup, Others, TimeSpan.Zero), Ms(100));
        mandate.MayTakeAt(Ms(100)).Should().BeFalse();
        mandate.Receive(isActive: false, Stamp(2), Ms(200));
        mandate.MayTakeAt(Ms(200)).Should().BeFalse();

        mandate.Receive(isActive: false, Stamp(3), Ms(300));

        mandate.MayTakeAt(Ms(300)).Should().BeTrue();
    }

    [Fact]
    public void An_active_peer_received_since_the_start_keeps_its_promise_whosever_the_record_is()
    {
        mandate.Receive(isActive: true, Stamp(2), Ms(50));
        Read(mandate, Claim(3, Primary, Others, TimeSpan.Zero), Ms(100));

        mandate.MayTakeAt(Ms(50) + F - Instant).Should().BeFalse();
        mandate.Receive(isActive: false, Stamp(2), Ms(200)); // older than the record: perhaps before what was promised
        mandate.MayTakeAt(Ms(200)).Should().BeFalse();
        mandate.Receive(isActive: false, Stamp(3), Ms(300));
        mandate.MayTakeAt(Ms(300)).Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_higher_token_ends_the_term_under_either_policy(bool isActive)
    {
        foreach (var policy in Enum.GetValues<ArbiterPolicy>())
        {
            var active = Started(policy);
            Take(active, Ms(0), Ms(1));

            active.Receive(isActive, Stamp(1), Ms(10)).Should().Be(MandateNews.None);
            active.Receive(isActive, Stamp(2), Ms(20)).Should().Be(MandateNews.Superseded);
        }
    }

    [Fact]
    public void A_record_that_is_not_this_terms_ends_the_term()
    {
        Take(mandate, Ms(0), Ms(1));
        Read(mandate, Claim(1, Primary, Own, L), Ms(10)).Should().Be(MandateNews.None);

        Read(mandate, Claim(1, Primary, Others, L), Ms(20)).Should().Be(MandateNews.Superseded);
        Read(mandate, Claim(2, Primary, Own, L), Ms(30)).Should().Be(MandateNews.Superseded);
        Read(mandate, null, Ms(40)).Should().Be(MandateNews.Superseded);
    }

    [Fact]
    public void Under_the_strict_policy_neither_promises_nor_acknowledgements_count()
    {
        var strict = Started(ArbiterPolicy.Strict);
        Read(strict, null, Ms(0));
        strict.Receive(isActive: true, Stamp(4), Ms(10));
        strict.MayTakeAt(Ms(10)).Should().BeTrue();
        Take(strict, Ms(20), Ms(30));
        strict.Memory.Token.Should().Be(1, "the arbiter alone says which tokens there are");
        Acknowledge(strict, sentAt: Ms(9900), at: Ms(9950));

        strict.Until.Should().Be(Ms(20) + L * 0.98);
        strict.MayRelax.Should().BeFalse();
        strict.MayKeepAt(strict.Until - Instant).Should().BeTrue();
        strict.MayKeepAt(strict.Until).Should().BeFalse();
        strict.End();
        strict.MayRelax.Should().BeTrue();
    }

    [Fact]
    public void Evidence_ends_the_promise_and_breaks_a_lease_that_was_read_before_it_was_collected()
    {
        EndStartPromise(mandate);
        Read(mandate, Claim(7, Backup, Others, L), Ms(3000));
        mandate.Receive(isActive: true, Stamp(7), Ms(3100));

        mandate.PeerLost(Ms(3000));
        mandate.MayTakeAt(Ms(3200)).Should().BeFalse("it was not older than the record");
        mandate.PeerLost(Ms(3000) + Instant);
        mandate.MayTakeAt(Ms(3200)).Should().BeTrue();

        var read = mandate.Ask(ArbiterOperation.Read, Ms(3300));
        mandate.Answered(new ArbiterAnswer(read.Id, ArbiterOutcome.Done, "renewed", Claim(7, Backup, Others, L)), Ms(3310));
        mandate.MayTakeAt(Ms(3310)).Should().BeFalse("somebody has renewed it");
    }

    [Fact]
    public void Evidence_about_the_peer_breaks_no_lease_of_this_role()
    {
        Read(mandate, Claim(7, Primary, Others, L), Ms(10));

        mandate.PeerLost(Ms(100));

        mandate.MayTakeAt(Ms(100)).Should().BeFalse();
    }

    [Fact]
    public void The_end_of_a_term_takes_all_that_it_had()
    {
        Take(mandate, Ms(0), Ms(1));
        Acknowledge(mandate, Ms(10), Ms(20));

        mandate.End();

        mandate.Until.Should().Be(TimeSpan.MinValue);
        mandate.IsOverAt(Ms(20)).Should().BeFalse();
        mandate.StampAt(Ms(30)).Should().Be(new MandateStamp(1, Ms(30), 0, TimeSpan.Zero, BinaryStarMandate.None));
    }

    [Fact]
    public void A_clock_that_was_set_voids_the_term_the_request_and_the_record_and_begins_a_promise_anew()
    {
        mandate.Receive(isActive: true, Stamp(4), Ms(5000));
        mandate.Ask(ArbiterOperation.Read, Ms(5100));

        mandate.Restart(Ms(100));

        mandate.Memory.Should().BeEquivalentTo(new { Token = 0L, IsKnown = false, PromisedUntil = Ms(100) + F });
        mandate.MayRead.Should().BeTrue();
    }

    private static Mandate Started(ArbiterPolicy policy)
    {
        var mandate = new Mandate(Primary, Own, MandateTiming.From(F, L), policy);
        mandate.Start(TimeSpan.Zero);
        return mandate;
    }

    private static MandateStamp Stamp(long token, TimeSpan sentAt = default) => new(token, sentAt, 0, TimeSpan.Zero, BinaryStarMandate.None);

    private static ArbiterClaim Claim(long token, BinaryStarRole holder, Guid process, TimeSpan lease) => new(token, holder, process, lease);

    private static MandateNews Read(Mandate mandate, ArbiterClaim? claim, TimeSpan at)
    {
        var request = mandate.Ask(ArbiterOperation.Read, at);
        return mandate.Answered(new ArbiterAnswer(request.Id, ArbiterOutcome.Done, claim is null ? null : $"v{claim.Token}{(claim.Process == Own ? "own" : "")}", claim), at);
    }

    // By the time that it takes.
    private static void EndStartPromise(Mandate mandate) => mandate.MayTakeAt(F).Should().BeFalse("the record is not known");

    private static void Take(Mandate mandate, TimeSpan sentAt, TimeSpan answeredAt)
    {
        Read(mandate, null, sentAt);
        var request = mandate.Ask(ArbiterOperation.Take, sentAt);
        mandate.Answered(ArbiterAnswer.Written(request.Id, "taken"), answeredAt).Should().Be(MandateNews.Granted);
    }

    private static void Acknowledge(Mandate mandate, TimeSpan sentAt, TimeSpan at) =>
        mandate.Receive(isActive: false, new MandateStamp(mandate.Memory.Token, TimeSpan.Zero, mandate.Memory.Token, sentAt, BinaryStarMandate.None), at);
}
