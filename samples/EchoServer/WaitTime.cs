using System.Globalization;

namespace EchoServer;

/// <summary>For how long an asynchronous handler waits before it echoes: a random time in a range, in milliseconds.</summary>
internal readonly record struct WaitTime(int Least, int Most)
{
    private const int Longest = 3_600_000;

    /// <summary>Parses <c>20</c> or <c>0-200</c>.</summary>
    public static bool TryParse(string text, out WaitTime time)
    {
        time = default;
        var limits = text.Split('-');
        if (limits.Length > 2 || !TryParseLimit(limits[0], out var least) || !TryParseLimit(limits[^1], out var most) || least > most) return false;
        time = new WaitTime(least, most);
        return true;
    }

    /// <summary>Waits, as for a database.</summary>
    public Task Elapse(CancellationToken cancellation)
    {
        var milliseconds = Random.Shared.Next(Least, Most + 1);
        return milliseconds == 0 ? Task.CompletedTask : Task.Delay(milliseconds, cancellation);
    }

    private static bool TryParseLimit(string text, out int milliseconds) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds) && milliseconds <= Longest;
}
