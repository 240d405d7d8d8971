using Benchmarks.Common;

namespace Benchmarks.Soak;

/// <summary>How things stood at one moment, and what came of the requests since the one before.</summary>
internal sealed record Moment(
    TimeSpan At, Vitals? Primary, Vitals? Backup, Vitals? Client, double RequestsPerSecond, double P50Us, double P99Us, TimeSpan LongestGap, int Promotions, long Lost)
{
    public static Table Table(IEnumerable<Moment> moments)
    {
        var table = new Table(
            "All samples",
            "s", "primary MiB", "backup MiB", "client MiB", "backup fds", "client fds", "backup threads", "client threads", "req/s", "p50 us", "p99 us", "longest gap ms");
        foreach (var one in moments)
        {
            table.Add(
                one.At.TotalSeconds, one.Primary?.ResidentMiB, one.Backup?.ResidentMiB, one.Client?.ResidentMiB, one.Backup?.Descriptors, one.Client?.Descriptors,
                one.Backup?.Threads, one.Client?.Threads, one.RequestsPerSecond, one.P50Us, one.P99Us, one.LongestGap.TotalMilliseconds);
        }

        return table;
    }
}
