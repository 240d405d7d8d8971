using Benchmarks.Common;

namespace Benchmarks.Soak;

/// <summary>
/// The verdict: what lives as long as the soak is in its last sixth as it was in its second. The first is left out:
/// code is still being compiled in it, and pools are being filled.
/// </summary>
internal static class Flatness
{
    // The collector takes room for new objects in steps of a few MiB, with failovers or without, and code that is run
    // again is compiled again. What every failover leaves behind adds up: with 40 of them between the two sixths, and
    // 70 MiB to begin with, 300 KiB each are found.
    private const double MemoryRatio = 1.10;
    private const double MemoryAllowanceMiB = 4;

    // Thread pools breathe, and an assembly that is loaded late holds two handles. One handle or thread left behind by
    // every failover would be 40 more.
    private const double HandleAllowance = 8;
    private const double ThreadAllowance = 4;

    private const double LatencyRatio = 1.25;

    public static void Judge(IReadOnlyList<Block> blocks, bool judgeMemory, Report report)
    {
        var (before, after) = (blocks[1], blocks[^1]);
        if (judgeMemory)
        {
            Compare("backup's memory", "MiB", before.BackupMiB, after.BackupMiB, MemoryRatio, MemoryAllowanceMiB, report);
            Compare("client's memory", "MiB", before.ClientMiB, after.ClientMiB, MemoryRatio, MemoryAllowanceMiB, report);
        }
        else
        {
            report.Summarise("memory not judged in so short a run");
        }

        Compare("backup's handles", "", before.BackupDescriptors, after.BackupDescriptors, 1, HandleAllowance, report);
        Compare("client's handles", "", before.ClientDescriptors, after.ClientDescriptors, 1, HandleAllowance, report);
        Compare("backup's threads", "", before.BackupThreads, after.BackupThreads, 1, ThreadAllowance, report);
        Compare("client's threads", "", before.ClientThreads, after.ClientThreads, 1, ThreadAllowance, report);
        Compare("p50", "us", before.P50Us, after.P50Us, LatencyRatio, 0, report);
        if (!report.Failed) report.Summarise("flat");
    }

    private static void Compare(string what, string unit, double before, double after, double ratio, double allowance, Report report)
    {
        // Written so that a figure that is missing is a failure as well.
        if (after <= (before * ratio) + allowance) return;
        report.Fail(FormattableString.Invariant($"{what} grew from {before:0.#} to {after:0.#} {unit}").TrimEnd());
    }
}
