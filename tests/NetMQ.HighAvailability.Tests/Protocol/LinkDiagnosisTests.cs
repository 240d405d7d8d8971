using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>Which faults of the state link are reported, when, and how often.</summary>
public sealed class LinkDiagnosisTests
{
    private static readonly TimeSpan F = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly LinkDiagnosis diagnosis = new(Timing.From(F / 4, F));

    public LinkDiagnosisTests() => diagnosis.Begin(Start);

    [Fact]
    public void A_peer_that_is_never_received_is_reported_once_after_two_failover_timeouts()
    {
        Check(2 * F - Tick).Should().Be(LinkFinding.None);
        Check(2 * F).Should().Be(LinkFinding.NeverReceived);
        diagnosis.Since.Should().Be(Start);
        Check(20 * F).Should().Be(LinkFinding.None);
    }

    [Fact]
    public void A_passing_subscriber_does_not_put_the_report_off()
    {
        Check(F, subscriber: true).Should().Be(LinkFinding.None);
        Check(2 * F).Should().Be(LinkFinding.NeverReceived);
    }

    [Fact]
    public void A_subscriber_without_the_peer_is_reported_after_two_failover_timeouts_and_once_however_often_it_comes_back()
    {
        Check(F, subscriber: true);

        Check(3 * F - Tick, subscriber: true).Should().Be(LinkFinding.None);
        Check(3 * F, subscriber: true).Should().Be(LinkFinding.NotReceived);
        diagnosis.Since.Should().Be(Start + F);

        Check(4 * F).Should().Be(LinkFinding.NeverReceived, "that nobody has subscribed is news");
        Check(5 * F, subscriber: true);
        Check(9 * F, subscriber: true).Should().Be(LinkFinding.None);
    }

    [Fact]
    public void A_peer_that_does_not_subscribe_is_reported_after_two_failover_timeouts_and_once()
    {
        CheckReceiving(F);

        CheckReceiving(3 * F - Tick).Should().Be(LinkFinding.None);
        CheckReceiving(3 * F).Should().Be(LinkFinding.NotSubscribed);
        CheckReceiving(9 * F).Should().Be(LinkFinding.None);
    }

    [Fact]
    public void A_link_that_works_at_once_is_not_reported()
    {
        CheckReceiving(F, subscriber: true).Should().Be(LinkFinding.None);
        CheckReceiving(9 * F, subscriber: true).Should().Be(LinkFinding.None);
    }

    [Fact]
    public void That_the_link_works_is_reported_once_after_each_fault_and_a_later_fault_is_again()
    {
        Check(2 * F).Should().Be(LinkFinding.NeverReceived);
        CheckReceiving(3 * F).Should().Be(LinkFinding.None, "only half of it works");
        CheckReceiving(3 * F + Tick, subscriber: true).Should().Be(LinkFinding.Works);
        CheckReceiving(4 * F, subscriber: true).Should().Be(LinkFinding.None);

        CheckReceiving(5 * F);
        CheckReceiving(7 * F).Should().Be(LinkFinding.NotSubscribed);
        CheckReceiving(8 * F, subscriber: true).Should().Be(LinkFinding.Works);
        CheckReceiving(9 * F);
        CheckReceiving(11 * F).Should().Be(LinkFinding.NotSubscribed);
    }

    [Fact]
    public void A_peer_that_was_there_and_is_gone_is_no_fault_of_the_links()
    {
        CheckReceiving(F, subscriber: true);

        for (var i = 2; i < 20; i++) Check(i * F, received: F).Should().Be(LinkFinding.None);
    }

    [Fact]
    public void A_peer_counts_as_received_for_one_failover_timeout()
    {
        Check(2 * F - Tick, received: F, subscriber: true);
        Check(2 * F, received: F, subscriber: true);

        Check(4 * F - Tick, received: F, subscriber: true).Should().Be(LinkFinding.None);
        Check(4 * F, received: F, subscriber: true).Should().Be(LinkFinding.NotReceived);
    }

    private LinkFinding CheckReceiving(TimeSpan at, bool subscriber = false) => Check(at, at, subscriber);

    private LinkFinding Check(TimeSpan at, TimeSpan? received = null, bool subscriber = false) =>
        diagnosis.Check(Start + at, Start + received, subscriber);
}
