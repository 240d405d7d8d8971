using NetMQ.HighAvailability.Chaos;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>Every kind of mischief once, done to real processes; docs/testing.md has the long run.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Real_processes_survive_every_kind_of_mischief()
    {
        var facilities = Facilities.Find();
        foreach (var (kind, why) in facilities.LeftOut) output.WriteLine($"left out: {kind}: {why}");
        Mischief[] kinds = [.. facilities.Possible];
        var plan = new Plan(kinds.Length, Random.Shared.Next(1, 1_000_000), Pairs: 2, kinds, facilities);
        output.WriteLine($"to do the same again: dotnet run -c Release --project proof/Chaos -- --faults {plan.Faults} --pairs {plan.Pairs} --seed {plan.Seed}");

        var outcome = await Campaign.Run(plan, output.WriteLine);

        outcome.Broken.Should().BeNull();
        outcome.Findings.Dual.Should().BeEmpty();
        outcome.Findings.Dead.Should().BeEmpty();
        outcome.Findings.Lost.Should().BeEmpty();
        outcome.Rows.Select(row => row.Mischief).Should().BeEquivalentTo(kinds);
        outcome.Rows.Should().OnlyContain(row => row.Times == 1);
        if (facilities.Namespaces)
        {
            outcome.Dropped.Should().BePositive("packets were to be lost");
            outcome.Delayed.Should().BePositive("packets were to be delayed");
        }
    }

    [Fact]
    public void Every_kind_of_mischief_is_described() =>
        Mischiefs.All.Select(Mischiefs.Describe).Should().OnlyHaveUniqueItems();

    [Fact]
    public void What_is_not_possible_on_the_loopback_interface_is_left_out_with_the_reason()
    {
        var facilities = Facilities.Find(loopback: true);

        facilities.LeftOut.Keys.Should().Contain(Mischiefs.OfTheLink);
        facilities.LeftOut.Values.Should().NotContain("");
        facilities.Possible.Should().Contain(Mischief.KillOne).And.NotContain(Mischief.LongCut);
    }

    [Fact]
    public void The_command_line_takes_several_kinds_and_refuses_unknown_ones()
    {
        CommandLine.Parse(["--only", "killone", "--only", "LongCut", "--pairs", "3"])
            .Should().BeEquivalentTo(new { Only = new[] { Mischief.KillOne, Mischief.LongCut }, Pairs = 3, Wrong = (string?)null });
        CommandLine.Parse(["--only", "earthquake"]).Wrong.Should().StartWith("--only");
        CommandLine.Parse(["--only", "3"]).Wrong.Should().StartWith("--only");
        CommandLine.Parse(["--pairs", "0"]).Wrong.Should().StartWith("--pairs");
    }
}
