using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Mandates;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The rules about leases, the record and requests (1 to 5), on both sides of every limit. F is 2 s, the lease 10 s, and a node starts at zero.</summary>
public sealed class MandateTests
{
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
    public void No_term_begins_above_the_highest_token_that_a_message_can_carry()
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: false, Stamp(PeerMessageCodec.MaxToken - 1), Ms(5000));
        mandate.MayTakeAt(Ms(5000)).Should().BeTrue();

        mandate.Receive(isActive: false, Stamp(PeerMessageCodec.MaxToken), Ms(5001));
        mandate.MayTakeAt(Ms(5001)).Should().BeFalse();
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
}
