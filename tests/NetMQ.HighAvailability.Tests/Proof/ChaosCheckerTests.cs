using System.Diagnostics;
using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>What chaos takes for a violation, and what it does not.</summary>
public sealed class ChaosCheckerTests
{
    private const int Process = 1000;

    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Local);

    [Fact]
    public void An_answer_within_the_other_servers_term_is_a_dual_accept()
    {
        var findings = Check([Answered(0, 1, 100), Answered(1, 1, 200), Answered(0, 2, 300)], Term(0, 50, 1000), Term(1, 150, 250));

        findings.Dual.Should().ContainSingle().Which.Should().Contain("server 1");
        findings.Dead.Should().BeEmpty();
        findings.IsClean.Should().BeFalse();
    }

    [Fact]
    public void So_is_one_of_an_earlier_process_of_the_same_server() =>
        Check([Answered(0, 1, 100), Answered(0, 1, 200, process: 7), Answered(0, 2, 300)], Term(0, 50, 1000), Term(0, 50, 1000, process: 7))
            .Dual.Should().ContainSingle();

    [Fact]
    public void Answers_of_one_server_after_the_other_are_none() =>
        Check(
            [Answered(0, 1, 100, term: 1), Answered(1, 1, 200, term: 2), Answered(0, 2, 300, term: 3)],
            Term(0, 50, 150), Term(0, 260, 400), Term(1, 160, 250))
            .IsClean.Should().BeTrue();

    [Fact]
    public void A_request_that_may_have_been_accepted_before_or_after_is_none()
    {
        var slow = Answered(1, 1, 50) with { Signature = Signed(1, at: 250) };

        Check([Answered(0, 1, 100), slow, Answered(0, 2, 300)], Term(0, 50, 1000), Term(1, 0, 1000)).Dual.Should().BeEmpty("it was sent before");
    }

    [Fact]
    public void A_dual_accept_while_the_pair_is_divided_is_counted_apart()
    {
        Answer[] answers = [Answered(0, 1, 100), Answered(1, 1, 200), Answered(0, 2, 300)];
        var evidence = Evidence(answers, Term(0, 50, 1000), Term(1, 150, 1000));

        var within = Checker.Check(evidence with { Divided = [new Span(At(150), At(250))] });
        var before = Checker.Check(evidence with { Divided = [new Span(At(100), At(150))] });
        var after = Checker.Check(evidence with { Divided = [new Span(At(250), At(350))] });

        within.Should().Match<Findings>(found => found.IsClean && found.Divided == 1);
        before.Should().Match<Findings>(found => found.Dual.Count == 1 && found.Divided == 0);
        after.Should().Match<Findings>(found => found.Dual.Count == 1 && found.Divided == 0);
    }

    [Fact]
    public void Nothing_else_is_excused_while_the_pair_is_divided()
    {
        var divided = new Span(At(0), At(1000));
        var evidence = Evidence([Answered(0, 1, 500), Answered(0, 3, 510)], Term(0, 50, 150)) with { Divided = [divided] };

        var findings = Checker.Check(evidence);

        findings.Dead.Should().HaveCount(2);
        findings.Lost.Should().ContainSingle();
    }

    [Fact]
    public void An_answer_of_a_server_that_is_not_active_is_out_of_a_dead_term() =>
        Check([Answered(0, 1, 500)], Term(0, 50, 150)).Dead.Should().ContainSingle();

    [Fact]
    public void An_answer_of_a_process_is_out_of_a_dead_term_when_only_its_successor_is_active() =>
        Check([Answered(0, 1, 500, process: 7)], Term(0, 50, 1000)).Dead.Should().ContainSingle();

    [Fact]
    public void A_number_that_no_answer_has_is_of_an_accepted_request_that_was_lost()
    {
        var evidence = Evidence([Answered(0, 1, 100), Answered(0, 3, 300)], Term(0, 50, 1000));

        Checker.Check(evidence).Lost.Should().ContainSingle().Which.Should().StartWith("1 answers of server 0 never came");
        Checker.Check(evidence with { Strangers = [[new Span(At(150), At(200))], []] }).Lost.Should().BeEmpty("it may have been a stranger's");
        Checker.Check(evidence with { Strangers = [[], [new Span(At(150), At(200))]] }).Lost.Should().ContainSingle("the stranger asked the other server");
    }

    [Fact]
    public void A_request_dropped_between_two_that_the_term_accepted_is_lost()
    {
        var unanswered = new Unanswered(0, 150, At(150));

        Check([Answered(0, 1, 100), Answered(0, 2, 200)], [unanswered], Term(0, 50, 1000)).Lost.Should().ContainSingle();
        Check([Answered(0, 1, 100), Answered(0, 2, 200, term: 3)], [unanswered], Term(0, 50, 120), Term(0, 180, 1000))
            .Lost.Should().BeEmpty("one term had ended and the next not begun");
        Check([Answered(0, 1, 100)], [unanswered], Term(0, 50, 1000)).Lost.Should().BeEmpty("the server may have died of it, or its term ended");
    }

    [Fact]
    public void An_answer_whose_handler_ended_after_the_term_is_out_of_a_dead_term()
    {
        var answer = Answered(0, 1, 100);

        Check([answer with { Signature = answer.Signature with { Done = At(140) } }], Term(0, 50, 150)).Dead.Should().BeEmpty();
        Check([answer with { Signature = answer.Signature with { Done = At(160) } }], Term(0, 50, 150)).Dead.Should().ContainSingle();
    }

    [Fact]
    public void What_was_in_progress_when_the_term_ended_is_not_lost()
    {
        Answer[] answers = [Answered(0, 1, 100), Answered(0, 3, 300), Answered(0, 4, 400, term: 3), Answered(0, 6, 1400, term: 3)];
        var evidence = Evidence(answers, Term(0, 50, 310), Term(0, 390, 2000)) with { Unanswered = [new Unanswered(0, 200, At(200))] };

        Checker.Check(evidence).Lost.Should().HaveCount(3, "two numbers and a request");
        Checker.Check(evidence with { InProgress = TimeSpan.FromMilliseconds(50) }).Lost.Should().HaveCount(1, "200 was sent long before 300 was accepted");
        Checker.Check(evidence with { InProgress = TimeSpan.FromMilliseconds(200) }).Lost.Should().BeEmpty();
    }

    [Fact]
    public void What_an_asynchronous_term_never_answered_although_it_went_on_is_lost()
    {
        Answer[] answers = [Answered(0, 1, 100), Answered(0, 3, 300), Answered(0, 4, 1000)];
        var evidence = Evidence(answers, Term(0, 50, 2000)) with { InProgress = TimeSpan.FromMilliseconds(500) };

        Checker.Check(evidence).Lost.Should().ContainSingle();
    }

    [Theory]
    [InlineData("12:00:00.250", 0)]
    [InlineData("15:00:00.250", 0)]
    [InlineData("09:00:00.250", 0)]
    [InlineData("11:59:59.990", -260)]
    public void A_printed_time_is_right_but_for_whole_hours(string printed, int offset) =>
        Clock.OfDay(printed, At(255)).Should().Be(At(250 + offset));

    [Fact]
    public void A_time_that_was_printed_just_before_midnight_is_of_the_day_before() =>
        Clock.OfDay("23:59:59.999", Noon.Date).Should().Be(Noon.Date.AddMilliseconds(-1));

    [Fact]
    public void A_signature_says_who_answered_and_when()
    {
        var before = Clock.Now;
        var signature = Signature.Parse($"backup 1234 2 567 {Stopwatch.GetTimestamp()}");

        signature.Should().BeEquivalentTo(new { Role = "backup", Process = 1234, Term = 2L, Served = 567L });
        signature.Done.Should().BeNull("the handler was synchronous");
        Signature.Parse($"backup 1234 2 567 {Stopwatch.GetTimestamp()} {Stopwatch.GetTimestamp()}").Done.Should().BeOnOrAfter(before);
        signature.At.Should().BeOnOrAfter(before).And.BeOnOrBefore(Clock.Now);
    }

    private static DateTime At(int ms) => Noon + TimeSpan.FromMilliseconds(ms);

    private static Signature Signed(long served, int at, int process = Process, long term = 1) => new("primary", process, term, served, At(at));

    // A request is known by the millisecond of its sending.
    private static Answer Answered(int server, long served, int ms, int process = Process, long term = 1) =>
        new(server, ms, At(ms), At(ms + 1), Signed(served, ms, process, term));

    private static Term Term(int server, int from, int to, int process = Process) => new(server, process, At(from)) { To = At(to) };

    private static Findings Check(Answer[] answers, params Term[] terms) => Check(answers, [], terms);

    private static Findings Check(Answer[] answers, Unanswered[] unanswered, params Term[] terms) =>
        Checker.Check(Evidence(answers, terms) with { Unanswered = unanswered });

    private static Evidence Evidence(Answer[] answers, params Term[] terms) => new()
    {
        Answers = answers,
        Unanswered = [],
        Terms = [[.. terms.Where(term => term.Server == 0)], [.. terms.Where(term => term.Server == 1)]],
        Strangers = [[], []],
        Divided = [],
    };
}
