namespace ShardedClient;

/// <summary>A pair by the name that it keeps, wherever its servers are: its keys depend on the name alone.</summary>
internal sealed record Pair(string Name, string Primary, string Backup)
{
    /// <param name="text">As on the command line: <c>east=tcp://one:5001,tcp://two:5002</c>.</param>
    /// <exception cref="FormatException">It is no such pair.</exception>
    public static Pair Parse(string text) => text.Split('=', 2) is [{ Length: > 0 } name, var servers] && servers.Split(',') is [{ Length: > 0 } primary, { Length: > 0 } backup]
        ? new Pair(name, primary, backup)
        : throw new FormatException($"'{text}' is no pair: write NAME=ENDPOINT,ENDPOINT, with the primary's voter first.");
}
