using NetMQ.HighAvailability.ModelCheck.Arbiter;
using NetMQ.HighAvailability.ModelCheck.Arbitrated;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>The exhaustive search of an arbiter's nine rules, and of whole pairs with one, in their small budgets; docs/model-check.md has the large ones.</summary>
public class ArbiterModelCheckTests
{
    public static TheoryData<string> Budgets => [.. ArbiterScenarios.Small.Select(s => s.Name)];

    public static TheoryData<string> RemovedRules => [.. ArbiterScenarios.WithoutRules.Select(s => s.Name)];

    public static TheoryData<string> Pairs => [.. ArbitratedScenarios.Small.Select(s => s.Name)];

    public static TheoryData<string> PairsWithoutRules => [.. ArbitratedScenarios.WithoutRules.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Budgets))]
    public void No_two_nodes_can_serve_and_no_token_comes_back(string name) => Search(name).AsExpected.Should().BeTrue();

    [Theory]
    [MemberData(nameof(RemovedRules))]
    public void A_rule_taken_out_is_missed(string name) => Search(name).Story.Should().NotBeEmpty();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Within_a_budget_of_faults_one_node_of_a_pair_accepts_at_a_time_under_rising_tokens_and_one_serves_afterwards(string name) =>
        SearchPair(name).AsExpected.Should().BeTrue();

    [Theory]
    [MemberData(nameof(PairsWithoutRules))]
    public void A_rule_taken_out_of_a_pair_is_missed(string name) => SearchPair(name).Story.Should().NotBeEmpty();

    private static ArbitratedFinding SearchPair(string name)
    {
        var found = ArbitratedSearch.Run(ArbitratedScenarios.All.Single(s => s.Name == name));
        found.AsExpected.Should().BeTrue(string.Join('\n', found.Story.Prepend($"it found {found.Outcome}")));
        return found;
    }

    private static ArbiterResult Search(string name)
    {
        var result = ArbiterSearch.Run(ArbiterScenarios.All.Single(s => s.Name == name));
        result.AsExpected.Should().BeTrue(string.Join('\n', result.Story.Prepend($"it found {result.Outcome}")));
        return result;
    }
}
