using NetMQ.HighAvailability.ModelCheck.Arbiter;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>The exhaustive search of an arbiter's nine rules, in its small budgets; docs/model-check.md has the large ones.</summary>
public class ArbiterModelCheckTests
{
    public static TheoryData<string> Budgets => [.. ArbiterScenarios.Small.Select(s => s.Name)];

    public static TheoryData<string> RemovedRules => [.. ArbiterScenarios.WithoutRules.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Budgets))]
    public void No_two_nodes_can_serve_and_no_token_comes_back(string name) => Search(name).AsExpected.Should().BeTrue();

    [Theory]
    [MemberData(nameof(RemovedRules))]
    public void A_rule_taken_out_is_missed(string name) => Search(name).Story.Should().NotBeEmpty();

    private static ArbiterResult Search(string name)
    {
        var result = ArbiterSearch.Run(ArbiterScenarios.All.Single(s => s.Name == name));
        result.AsExpected.Should().BeTrue(string.Join('\n', result.Story.Prepend($"it found {result.Outcome}")));
        return result;
    }
}
