using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class RequestGateTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1);

    [Fact]
    public void Requests_are_started_at_once_up_to_the_number_of_places()
    {
        var gate = Active(places: 2);

        gate.Accept("a", 0, Now).Should().BeTrue();
        gate.Holds.Should().BeFalse();
        gate.Accept("b", 0, Now).Should().BeTrue();

        gate.Holds.Should().BeTrue();
        gate.InFlight.Should().Be(2);
    }

    [Fact]
    public void Reading_goes_on_when_a_quarter_of_the_places_is_free()
    {
        var gate = Active(places: 8);
        for (var i = 0; i < 8; i++) gate.Accept("r", 0, Now);

        gate.End(0, Now);
        gate.Holds.Should().BeTrue();
        gate.End(0, Now);

        gate.Holds.Should().BeFalse();
    }

    [Fact]
    public void A_node_that_is_not_active_never_holds()
    {
        var gate = Active(places: 1);
        gate.Accept("a", 0, Now);

        gate.EndTerm();

        gate.Holds.Should().BeFalse();
        gate.InFlight.Should().Be(1);
    }

    [Fact]
    public void What_made_a_full_node_active_waits_for_a_place()
    {
        var gate = Active(places: 1);
        gate.Accept("old", 0, Now);
        gate.EndTerm();
        gate.BeginTerm(2);

        gate.Accept("vote", 0, Now).Should().BeFalse();
        gate.Holds.Should().BeTrue();
        gate.End(0, Now).Should().Be("vote");
    }

    [Fact]
    public void Only_a_reply_of_the_present_term_may_leave()
    {
        var gate = Active(places: 1);
        gate.MayReply(1).Should().BeTrue();
        gate.EndTerm();
        gate.MayReply(1).Should().BeFalse();
        gate.BeginTerm(2);
        gate.MayReply(1).Should().BeFalse();
        gate.MayReply(2).Should().BeTrue();
    }

    [Fact]
    public void In_order_a_clients_requests_are_started_one_after_the_other()
    {
        var gate = new RequestGate<string>(4, ordered: true);
        gate.BeginTerm(1);
        gate.Accept("a1", 7, Now).Should().BeTrue();
        gate.Accept("a2", 7, Now).Should().BeFalse();
        gate.Accept("b1", 8, Now).Should().BeTrue();
        gate.Accept("a3", 7, Now).Should().BeFalse();

        gate.Holds.Should().BeTrue("what waits takes a place");
        gate.End(7, Now).Should().Be("a2");
        gate.End(8, Now).Should().BeNull();
        gate.End(7, Now).Should().Be("a3");
        gate.End(7, Now).Should().BeNull();
        gate.Accept("a4", 7, Now).Should().BeTrue();
    }

    [Fact]
    public void What_waits_when_the_term_ends_is_never_started()
    {
        var gate = new RequestGate<string>(3, ordered: true);
        gate.BeginTerm(1);
        gate.Accept("a1", 7, Now);
        gate.Accept("a2", 7, Now);
        gate.Accept("a3", 7, Now);

        gate.EndTerm().Should().Equal("a2", "a3");

        gate.InFlight.Should().Be(1);
        gate.End(7, Now).Should().BeNull();
        gate.InFlight.Should().Be(0);
    }

    [Fact]
    public void It_says_since_when_all_places_have_been_taken_without_an_end()
    {
        var gate = Active(places: 2);
        gate.Accept("a", 0, Now);
        gate.StalledSince.Should().BeNull();
        gate.Accept("b", 0, Now);
        gate.StalledSince.Should().Be(Now);

        gate.End(0, Now + TimeSpan.FromSeconds(1));
        gate.StalledSince.Should().BeNull();
        gate.Accept("c", 0, Now + TimeSpan.FromSeconds(2));
        gate.StalledSince.Should().Be(Now + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void The_end_of_an_old_request_ends_a_stall_even_if_another_takes_its_place()
    {
        var gate = new RequestGate<string>(2, ordered: true);
        gate.BeginTerm(1);
        gate.Accept("a1", 7, Now);
        gate.Accept("a2", 7, Now);
        gate.EndTerm();
        gate.BeginTerm(2);
        gate.Accept("b1", 8, Now);
        gate.Accept("b2", 8, Now + TimeSpan.FromSeconds(1));

        gate.End(8, Now + TimeSpan.FromSeconds(3)).Should().Be("b2");

        gate.StalledSince.Should().Be(Now + TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void A_drain_holds_until_everything_has_ended_or_its_time_is_up()
    {
        var gate = Active(places: 2);
        gate.Accept("a", 0, Now);
        var until = Now + TimeSpan.FromSeconds(1);

        gate.BeginDrain(until);

        gate.Holds.Should().BeTrue();
        gate.IsDrained(until - TimeSpan.FromTicks(1)).Should().BeFalse();
        gate.IsDrained(until).Should().BeTrue();
        gate.End(0, Now);
        gate.IsDrained(Now).Should().BeTrue();
        gate.EndDrain();
        gate.Holds.Should().BeFalse();
    }

    [Fact]
    public void A_drain_is_over_with_the_term()
    {
        var gate = Active(places: 2);
        gate.BeginDrain(Now);
        gate.EndTerm();
        gate.BeginTerm(2);

        gate.IsDraining.Should().BeFalse();
        gate.Holds.Should().BeFalse();
    }

    private static RequestGate<string> Active(int places)
    {
        var gate = new RequestGate<string>(places, ordered: false);
        gate.BeginTerm(1);
        return gate;
    }
}
