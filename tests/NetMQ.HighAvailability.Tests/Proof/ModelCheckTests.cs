using NetMQ.HighAvailability.ModelCheck;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.ModelCheck.Search;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>The exhaustive check's small budgets; docs/model-check.md has the large ones.</summary>
public class ModelCheckTests(SmallChecks checks) : IClassFixture<SmallChecks>
{
    public static TheoryData<string> SmallBudgets => [.. ModelChecks.Small.Select(s => s.Name)];

    public static TheoryData<string> RemovedRules => [.. ModelChecks.WithoutRules.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(SmallBudgets))]
    public void Every_interleaving_within_the_budget_ends_as_the_design_says(string name) => Check(Named(name));

    [Theory]
    [MemberData(nameof(RemovedRules))]
    public void A_rule_taken_out_is_missed(string name) => Check(Named(name)).Trace.Should().NotBeEmpty();

    [Theory]
    [MemberData(nameof(RemovedRules))]
    public void With_the_rule_in_place_the_same_budget_is_safe(string name) => Check(SmallChecks.WithTheRule(Named(name)));

    private CheckResult Check(Scenario scenario)
    {
        var result = checks.Of(scenario);
        result.Outcome.Should().Be(scenario.Expected, string.Join('\n', result.Trace.Prepend("the trace is")));
        return result;
    }

    private static Scenario Named(string name) => ModelChecks.All.Single(s => s.Name == name);
}
