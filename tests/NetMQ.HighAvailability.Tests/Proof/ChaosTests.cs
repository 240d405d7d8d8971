using NetMQ.HighAvailability.Chaos;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>Every kind of mischief once, done to real processes; docs/testing.md has the long run.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Local);

    [Fact]
    public async Task Real_processes_survive_every_kind_of_mischief()
    {
        var seed = Random.Shared.Next(1, 1_000_000);
        output.WriteLine($"to do the same again: dotnet run -c Release --project tests/Chaos -- --faults 12 --seed {seed}");

        var outcome = await Campaign.Run(Enum.GetValues<Mischief>().Length, seed, output.WriteLine);

        outcome.Broken.Should().BeNull();
        outcome.Findings.Dual.Should().BeEmpty();
        outcome.Findings.Dead.Should().BeEmpty();
        outcome.Findings.Lost.Should().BeEmpty();
        outcome.Rows.Should().OnlyContain(row => row.Times == 1);
    }

    [Fact]
    public void An_answer_within_the_other_servers_term_is_a_dual_accept()
    {
        var findings = Check([Answered(0, 100), Answered(1, 200), Answered(0, 300)], [], [Term(0, 50, 1000)], [Term(1, 150, 250)]);

        findings.Dual.Should().ContainSingle().Which.Should().Contain("server 1 answered");
        findings.Dead.Should().BeEmpty();
    }

    [Fact]
    public void Answers_of_one_server_after_the_other_are_none() =>
        Check([Answered(0, 100), Answered(1, 200), Answered(0, 300)], [], [Term(0, 50, 150), Term(0, 260, 400)], [Term(1, 160, 250)])
            .Dual.Should().BeEmpty();

    [Fact]
    public void An_answer_of_a_server_that_is_not_active_is_out_of_a_dead_term() =>
        Check([Answered(0, 500)], [], [Term(0, 50, 150)], []).Dead.Should().ContainSingle();

    [Fact]
    public void A_request_that_an_active_server_never_answers_is_lost_unless_the_server_was_harmed()
    {
        var unanswered = Answered(0, 1000);

        Check([], [unanswered], [Term(0, 0, 5000)], []).Lost.Should().ContainSingle();
        Check([], [unanswered], [Term(0, 0, 1100)], []).Lost.Should().BeEmpty("its term was about to end");
        Check([], [unanswered], [Term(0, 0, 5000)], [], (At(1100), At(1100))).Lost.Should().BeEmpty("it was about to be killed");
    }

    private static DateTime At(int ms) => Noon + TimeSpan.FromMilliseconds(ms);

    private static Answer Answered(int server, int ms) => new(server, ms, At(ms), At(ms + 1));

    private static Term Term(int server, int from, int to) => new(server, At(from)) { To = At(to) };

    private static Findings Check(
        Answer[] answers, Answer[] unanswered, Term[] first, Term[] second, params (DateTime, DateTime)[] harmed) =>
        Checker.Check(answers, unanswered, [first, second], [harmed, []], At(60_000));
}
