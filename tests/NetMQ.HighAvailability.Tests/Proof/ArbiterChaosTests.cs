using NetMQ.HighAvailability.Chaos;
using NetMQ.HighAvailability.Chaos.Triangles;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>A few faults of real processes and a real PostgreSQL, each in a network of its own; docs/testing.md has the long run.</summary>
public sealed class ArbiterChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_is_cut_killed_or_frozen_of_a_pair_and_its_arbiter_the_tokens_never_go_back()
    {
        if (!Facilities.Find().Namespaces) Assert.Skip("Network namespaces are not allowed here.");
        Fault[] kinds = [Fault.HandOver, Fault.FullPartition, Fault.ActiveIsolated, Fault.ActiveKilled, Fault.ActiveFrozen, Fault.ArbiterKilled];
        var plan = new TrianglePlan("postgres", kinds.Length, Random.Shared.Next(1, 1_000_000), Pairs: 1, kinds);
        output.WriteLine($"to do the same again: dotnet run -c Release --project proof/Chaos -- --arbiter {plan.Engine} --faults {plan.Count} --seed {plan.Seed}{string.Concat(kinds.Select(kind => $" --only {kind}"))}");

        var outcome = await TriangleCampaign.Run(plan, output.WriteLine, TestContext.Current.CancellationToken);

        // Not how long it took, nor whether a busy machine made the service change hands once more.
        outcome.Broken.Should().BeNull();
        outcome.Findings.Late.Should().BeEmpty();
        outcome.Findings.Wrong.Should().BeEmpty();
        outcome.Done.Select(fault => fault.Fault).Should().BeEquivalentTo(kinds);
        outcome.Tokens.Should().BeGreaterThan(1, "a hand-over begins a term");
    }

    [Fact]
    public void Every_fault_is_described() => Faults.All.Select(Faults.Describe).Should().OnlyHaveUniqueItems();

    [Fact]
    public void The_pair_is_whole_where_only_the_arbiter_is_away() =>
        Faults.All.Where(Faults.LeavesThePairWhole).Should().BeEquivalentTo([
            Fault.ActiveArbiterCut, Fault.ActiveArbiterCutOneWay, Fault.PassiveArbiterCut, Fault.PassiveArbiterCutOneWay, Fault.ArbiterCut, Fault.ArbiterFrozen, Fault.ArbiterKilled,
            Fault.MemberFrozen, Fault.MemberKilled,
        ]);

    [Fact]
    public void Some_faults_are_of_pairs_with_an_arbiter_alone()
    {
        CommandLine.Parse(["--arbiter", "postgres", "--only", "FullPartition"]).Should().BeEquivalentTo(new { OnlyFaults = new[] { Fault.FullPartition }, Arbiter = "postgres", Wrong = (string?)null });
        CommandLine.Parse(["--only", "FullPartition"]).Wrong.Should().StartWith("--only");
        CommandLine.Parse(["--arbiter", "etcd", "--only", "FullDisk"]).Wrong.Should().StartWith("--only");
        CommandLine.Parse(["--only", "LinkCut"]).Should().BeEquivalentTo(new { Only = new[] { Mischief.LinkCut }, Wrong = (string?)null });
        CommandLine.Parse(["--arbiter", "oracle"]).Wrong.Should().StartWith("--arbiter");
    }
}
