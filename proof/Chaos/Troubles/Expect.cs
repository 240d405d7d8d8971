namespace NetMQ.HighAvailability.Chaos.Troubles;

internal static class Expect
{
    public static void ExitCode(int found, int expected, string who) =>
        True(found == expected, $"Expected {who} to exit with {expected}, and it did with {found}.");

    public static void True(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }

    public static Task Rest(this Random dice, TimeSpan least, TimeSpan most) => Task.Delay(least + (most - least) * dice.NextDouble());
}
