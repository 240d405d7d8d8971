namespace FailoverDemo;

/// <summary>How one fault went.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="Tally">What the client saw of it.</param>
/// <param name="Trouble">What went wrong with the servers; null if nothing did.</param>
internal sealed record Outcome(string Fault, Tally Tally, string? Trouble)
{
    public bool Survived => Trouble is null && Tally is { Lost: 0, AnsweredByBoth: 0 };

    public static void PrintTable(IEnumerable<Outcome> outcomes)
    {
        Console.WriteLine("Waits are measured from the client's asking to the answer. switch: the request that the other server answered first,");
        Console.WriteLine("as in the timeline; slowest: any request of the act, whatever else held the machine up.");
        Console.WriteLine($"{"what was done to the active server",-36} {"switch",8} {"slowest",8} {"sent",8} {"answered",9} {"lost",5} {"answered by both",17}");
        foreach (var outcome in outcomes)
        {
            var tally = outcome.Tally;
            Console.WriteLine(
                $"{outcome.Fault,-36} {Milliseconds(tally.SwitchWait),8} {Milliseconds(tally.LongestWait),8} {tally.Sent,8} {tally.Answered,9} {tally.Lost,5} {tally.AnsweredByBoth,17}  {(outcome.Survived ? "survived" : "NOT SURVIVED")}");
            if (outcome.Trouble is not null) Console.WriteLine($"    {outcome.Trouble}");
        }
    }

    private static string Milliseconds(TimeSpan wait) => $"{wait.TotalMilliseconds:0} ms";
}
