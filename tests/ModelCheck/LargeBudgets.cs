using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>Budgets that take minutes and gigabytes.</summary>
internal static class LargeBudgets
{
    public static IEnumerable<Scenario> All =>
    [
        new() { Name = "large: lost, two pauses", Losses = 1, Pauses = 2 },
    ];
}
