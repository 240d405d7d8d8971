namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>Many pairs, each with chances of its own, lived through on all cores; the sum does not depend on how many.</summary>
internal static class Simulation
{
    public static Tally Run(Plan plan, Action<int>? progress = null)
    {
        var lives = new Tally[plan.Pairs];
        var done = 0;
        Parallel.For(0, plan.Pairs, pair =>
        {
            lives[pair] = PairLife.Live(plan, pair);
            progress?.Invoke(Interlocked.Increment(ref done));
        });

        var sum = new Tally();
        foreach (var life in lives) sum.Add(life);
        return sum;
    }
}
