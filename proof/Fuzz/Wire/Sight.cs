namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>What the last input came to, for those who look for inputs that come to something else.</summary>
internal static class Sight
{
    /// <summary>In short: how far the connection came, why it ended, what was read.</summary>
    public static string Outcome { get; private set; } = "";

    /// <summary>The same in more detail, as a number.</summary>
    public static int Detail { get; private set; }

    public static void Of(WireEnd end)
    {
        var phase = end.Wire.PassedHandshake ? "ready" : end.Items > 0 ? "greeted" : "new";
        Outcome = $"{phase}-{end.Fault}{(end.Taken.Count > 0 ? "-read" : "")}";
        var detail = new HashCode();
        detail.Add(Outcome);
        detail.Add(Math.Min(end.Items, 8));
        foreach (var taken in end.Taken.Take(6)) detail.Add((taken.Item, taken.More, Math.Min(taken.Body.Length, 2)));
        Detail = detail.ToHashCode();
    }
}
