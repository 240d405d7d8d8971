using Benchmarks.Common;

namespace Benchmarks.Soak;

/// <summary>Memory above latency, over the time of the soak, with its faults.</summary>
internal static class Picture
{
    public static void Draw(FileInfo file, IReadOnlyList<Moment> moments, IReadOnlyList<Fault> faults) => Timelines.Draw(
        file,
        "minutes",
        [.. moments.Select(one => one.At.TotalMinutes)],
        [
            new Panel(
                "Resident memory",
                "MiB",
                IsLogarithmic: false,
                [
                    ("backup, lives all the time", Values(moments, one => one.Backup?.ResidentMiB)),
                    ("client, lives all the time", Values(moments, one => one.Client?.ResidentMiB)),
                    ("primary, dies and starts anew", Values(moments, one => one.Primary?.ResidentMiB)),
                ]),
            new Panel(
                "Latency of the requests from one sample to the next",
                "ms",
                IsLogarithmic: true,
                [
                    ("p50", Values(moments, one => one.P50Us / 1000)),
                    ("p99", Values(moments, one => one.P99Us / 1000)),
                ]),
        ],
        [.. Faults.Kinds.Select(kind => (kind, faults.Where(fault => fault.Kind == kind).Select(fault => fault.At.TotalMinutes).ToArray()))]);

    // Where there was no process there is no line.
    private static double[] Values(IEnumerable<Moment> moments, Func<Moment, double?> figure) => [.. moments.Select(one => figure(one) ?? double.NaN)];
}
