using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>The questions that are asked of the protocol, with the answers it is to give.</summary>
internal static class ModelChecks
{
    /// <summary>A few seconds each: part of every test run.</summary>
    public static IReadOnlyList<Scenario> Small { get; } = [.. SmallBudgets.All];

    /// <summary>One hardening taken out of each, which the check has to notice.</summary>
    public static IReadOnlyList<Scenario> WithoutRules { get; } = [.. RemovedRules.All];

    /// <summary>Minutes each, hundreds of millions of states in all.</summary>
    public static IReadOnlyList<Scenario> Large { get; } = [.. LargeBudgets.All];

    public static IEnumerable<Scenario> All => Small.Concat(WithoutRules).Concat(Large);
}
