using Benchmarks.Common;

namespace Benchmarks.Soak;

/// <summary>A sixth of the soak: of each sample's figures their medians, which a fault in their midst does not move.</summary>
internal sealed class Block(TimeSpan from, TimeSpan to, IReadOnlyList<Moment> moments, int faults)
{
    private const int Count = 6;

    public double BackupMiB => Median(one => one.Backup?.ResidentMiB);

    public double ClientMiB => Median(one => one.Client?.ResidentMiB);

    public double BackupDescriptors => Median(one => one.Backup?.Descriptors);

    public double ClientDescriptors => Median(one => one.Client?.Descriptors);

    public double BackupThreads => Median(one => one.Backup?.Threads);

    public double ClientThreads => Median(one => one.Client?.Threads);

    public double P50Us => Median(one => one.P50Us);

    public double P99Us => Median(one => one.P99Us);

    public double LongestGapMs => moments.Select(one => one.LongestGap.TotalMilliseconds).DefaultIfEmpty().Max();

    public static Block[] Sixths(IReadOnlyList<Moment> moments, IReadOnlyList<Fault> faults, TimeSpan duration) =>
        [.. Enumerable.Range(0, Count).Select(i => Of(duration * i / Count, duration * (i + 1) / Count, moments, faults))];

    public static Table Table(IEnumerable<Block> blocks)
    {
        var table = new Table(
            "By sixths of the run; medians of the samples in each",
            "from - to", "backup MiB", "client MiB", "backup fds", "client fds", "backup threads", "client threads",
            "p50 us", "p99 us", "req/s", "faults", "failovers", "longest gap ms", "lost");
        foreach (var block in blocks) block.AddTo(table);
        return table;
    }

    private static Block Of(TimeSpan from, TimeSpan to, IReadOnlyList<Moment> moments, IReadOnlyList<Fault> faults) =>
        new(from, to, [.. moments.Where(one => one.At >= from && one.At < to)], faults.Count(fault => fault.At >= from && fault.At < to));

    private void AddTo(Table table) => table.Add(
        $"{from:hh\\:mm\\:ss} - {to:hh\\:mm\\:ss}", BackupMiB, ClientMiB, BackupDescriptors, ClientDescriptors, BackupThreads, ClientThreads,
        P50Us, P99Us, Median(one => one.RequestsPerSecond), faults, moments.Sum(one => one.Promotions), LongestGapMs, moments.Sum(one => one.Lost));

    private double Median(Func<Moment, double?> figure)
    {
        var sample = new Sample();
        foreach (var value in moments.Select(figure).OfType<double>()) sample.Add(value);
        return sample.Median;
    }
}
