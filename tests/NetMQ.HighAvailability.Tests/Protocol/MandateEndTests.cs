using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Mandates;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>What ends a term, a promise or a lease before its time (rule 9, evidence, a broken clock). F is 2 s, the lease 10 s, and a node starts at zero.</summary>
public sealed class MandateEndTests
{
    private readonly Mandate mandate = Started(ArbiterPolicy.Quorum);

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
}
