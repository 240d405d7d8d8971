using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator;
using NetMQ.HighAvailability.Simulator.Life;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>A short run of the simulator with chances of its own each time; docs/testing.md has the long ones.</summary>
public sealed class SimulatorTests(ITestOutputHelper output)
{
    [Fact]
    public void A_pair_keeps_its_promises_through_years_of_faults()
    {
        var plan = new Plan { Seed = (ulong)Random.Shared.NextInt64(1, 1_000_000_000), Pairs = 10, Trace = true };
        output.WriteLine($"to replay it: dotnet run -c Release --project proof/Simulator -- --pairs {plan.Pairs} --seed {plan.Seed} --trace");

        var tally = Simulation.Run(plan);

        Report.Write(new OutputWriter(output), plan, tally, TimeSpan.Zero);
        tally.Violations.Should().BeEmpty("the seed was {0}", plan.Seed);
        Report.Passed(tally).Should().BeTrue();
        tally.Failovers.Should().BePositive();
        new[] { tally.Replied, tally.Unanswered, tally.Full, tally.Drained }.Should().OnlyContain(count => count > 0, "some of the servers answered asynchronously");
    }

    [Theory]
    [InlineData(ArbiterPolicy.Quorum)]
    [InlineData(ArbiterPolicy.Strict)]
    public void With_an_arbiter_no_two_nodes_accept_and_no_token_comes_back_whatever_the_faults(ArbiterPolicy policy)
    {
        var plan = new Plan { Seed = (ulong)Random.Shared.NextInt64(1, 1_000_000_000), Pairs = 8, Arbiter = policy, Trace = true };
        output.WriteLine($"to replay it: dotnet run -c Release --project proof/Simulator -- --arbiter {(policy == ArbiterPolicy.Strict ? "strict" : "quorum")} --pairs {plan.Pairs} --seed {plan.Seed} --trace");

        var tally = Simulation.Run(plan);

        Report.Write(new OutputWriter(output), plan, tally, TimeSpan.Zero);
        tally.Violations.Should().BeEmpty("the seed was {0}", plan.Seed);
        tally.Failovers.Should().BePositive();
    }

    [Fact]
    public void When_a_promise_is_relied_on_for_longer_than_it_is_kept_two_nodes_accept()
    {
        var plan = new Plan { Pairs = 60, Clients = 50, Arbiter = ArbiterPolicy.Quorum, ReliesTooLong = true };

        var found = Enumerable.Range(1, 10).FirstOrDefault(seed => Simulation.Run(plan with { Seed = (ulong)seed }).Violations.Any(violation => violation.Contains("both nodes would serve", StringComparison.Ordinal)));

        output.WriteLine($"seed {found}");
        found.Should().BePositive();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(40)]
    public void A_seed_replays_exactly(int heartbeat)
    {
        var plan = new Plan { Seed = 4711, Pairs = 3, Heartbeat = TimeSpan.FromMilliseconds(heartbeat) };

        var first = Simulation.Run(plan);
        var again = Simulation.Run(plan with { Trace = true }); // looking on changes nothing

        again.Should().BeEquivalentTo(first);
        again.Digest.Should().NotBe(Simulation.Run(plan with { Seed = 4712 }).Digest);
    }

    [Theory]
    [InlineData("lease")]
    [InlineData("gaps")]
    public void A_rule_taken_out_is_missed(string rule)
    {
        var timing = Timing.From(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2));
        var never = TimeSpan.FromDays(1);
        var plan = new Plan
        {
            Seed = 1, Pairs = 250, Clients = 50,
            Spoiled = rule == "lease" ? timing with { Lease = never } : timing with { ShortGap = never, LongGap = never },
        };

        Simulation.Run(plan).Violations.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData(RequestRule.Bound, "accepted")]
    [InlineData(RequestRule.Reply, "a term that was over")]
    [InlineData(RequestRule.Drain, "before the end of the time for them")]
    [InlineData(RequestRule.Turns, "two requests of client")]
    internal void A_rule_for_requests_taken_out_is_missed(RequestRule rule, string violation)
    {
        var tally = Simulation.Run(new Plan { Seed = 1, Pairs = 8, Years = TimeSpan.FromDays(90), Without = rule });

        tally.Violations.Should().Contain(text => text.Contains(violation));
    }

    [Theory]
    [InlineData("--seed")]
    [InlineData("--seed -1")]
    [InlineData("--pairs 0")]
    [InlineData("--pairs many")]
    [InlineData("--nonsense")]
    [InlineData("1000")]
    public void Bad_usage_is_reported(string arguments) =>
        FluentActions.Invoking(() => Command.Parse(arguments.Split(' '))).Should().Throw<FormatException>();

    [Fact]
    public void The_options_are_read()
    {
        var command = Command.Parse("--pairs 3 --years 2 --incidents 7 --clients 9 --heartbeat 100 --seed 5 --only 1 --trace".Split(' '));

        command.Only.Should().Be(1);
        command.Plan.Should().Be(new Plan
        {
            Pairs = 3, Years = TimeSpan.FromDays(730), IncidentsPerYear = 7, Clients = 9, Heartbeat = TimeSpan.FromMilliseconds(100), Seed = 5, Trace = true,
        });
    }

    private sealed class OutputWriter(ITestOutputHelper output) : StringWriter
    {
        public override void WriteLine(string? value) => output.WriteLine(value ?? "");

        public override void WriteLine() => output.WriteLine("");
    }
}
