using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>What chaos with an arbiter takes for a violation, and what it does not.</summary>
public sealed class TokenCheckerTests
{
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Local);

    [Fact]
    public void Terms_one_after_the_other_are_none_whichever_answer_comes_first() =>
        Check([Accepted(1, token: 2, at: 200), Accepted(0, token: 1, at: 100), Accepted(0, token: 1, at: 150), Accepted(0, token: 3, at: 300)]).IsClean.Should().BeTrue();

    [Fact]
    public void A_request_that_was_accepted_under_a_token_after_one_under_a_higher_is_late_as_is_each_that_follows()
    {
        var findings = Check([Accepted(0, token: 1, at: 100), Accepted(1, token: 2, at: 200), Accepted(0, token: 1, at: 201), Accepted(1, token: 2, at: 250), Accepted(0, token: 1, at: 300)]);

        findings.Late.Should().HaveCount(2).And.AllSatisfy(late => late.Should().Contain("under token 1"));
        findings.IsClean.Should().BeFalse();
    }

    [Fact]
    public void So_it_is_two_terms_later() =>
        Check([Accepted(1, token: 2, at: 200), Accepted(0, token: 3, at: 300), Accepted(1, token: 1, at: 250)]).Late.Should().ContainSingle();

    [Fact]
    public void One_that_was_sent_before_and_whose_process_was_frozen_then_may_have_been_accepted_in_time()
    {
        Answer[] answers = [Accepted(1, token: 2, at: 200), Accepted(0, token: 1, at: 400, sent: 100)];

        var frozen = Check(answers, new Span(At(101), At(399)));
        frozen.Should().Match<TokenFindings>(found => found.IsClean && found.Frozen == 1);
        Check(answers).Late.Should().ContainSingle();
        Check(answers, new Span(At(0), At(99))).Late.Should().ContainSingle("it was awake then");
    }

    [Fact]
    public void One_that_was_sent_afterwards_is_late_though_its_process_was_frozen() =>
        Check([Accepted(1, token: 2, at: 200), Accepted(0, token: 1, at: 400, sent: 201)], new Span(At(101), At(399))).Late.Should().ContainSingle();

    [Fact]
    public void An_answer_without_a_token_is_wrong_and_so_is_a_token_of_two_processes()
    {
        Check([Accepted(0, token: 0, at: 100)]).Wrong.Should().ContainSingle().Which.Should().Contain("none");
        Check([Accepted(0, token: 1, at: 100), Accepted(1, token: 1, at: 200)]).Wrong.Should().ContainSingle().Which.Should().Contain("token 1");
    }

    private static DateTime At(int milliseconds) => Noon.AddMilliseconds(milliseconds);

    private static Answer Accepted(int server, long token, int at, int? sent = null) =>
        new(server, 1, At(sent ?? (at - 1)), At(at + 1), new Signature("primary", 1000 + server, token, 1, At(at)));

    private static TokenFindings Check(IReadOnlyCollection<Answer> answers, params Span[] frozenFirst) => TokenChecker.Check(answers, [frozenFirst, []]);
}
