using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Benchmarks.Common;
using Perfolizer.Horology;

namespace Benchmarks.Micro;

/// <summary>The verb <c>micro</c>.</summary>
internal static class MicroVerb
{
    public static Command Create()
    {
        var command = new Command("micro", "The core without sockets, by BenchmarkDotNet, what a request allocates, and NetMQ alone.") { Options.Quick, Options.Json };
        command.SetBenchmark((line, report) => Measure(line.GetValue(Options.Quick), report));
        return command;
    }

    private static void Measure(bool quick, Report report)
    {
        Report.WarnOfDebugBuild();
        // In this process: nothing to build, and nothing else runs in it.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationTime(TimeInterval.FromMilliseconds(quick ? 30 : 200))
            .WithWarmupCount(quick ? 3 : 6)
            .WithIterationCount(quick ? 5 : 20);
        var folder = Directory.CreateTempSubdirectory("benchmarks");
        Summary summary;
        try
        {
            summary = BenchmarkRunner.Run<EngineBenchmarks>(ManualConfig.CreateMinimumViable().AddJob(job).WithArtifactsPath(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var table = new Table("The core", "what", "mean ns", "+- ns", "allocated B");
        foreach (var one in summary.Reports)
        {
            var title = one.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
            table.Add(title, one.ResultStatistics?.Mean, one.ResultStatistics?.StandardError, (double?)one.GcStats.GetBytesAllocatedPerOperation(one.BenchmarkCase));
            if (title == "vote, active") report.Summarise(FormattableString.Invariant($"a vote takes {one.ResultStatistics?.Mean:0.0} ns"));
        }

        report.Add(table);
        var allocations = VoteAllocations.Measure(quick ? 3 : 15);
        report.Add(allocations);
        var alone = new NetMQAlone();
        alone.Measure(quick ? 1 : 8);
        report.Add(alone.Allocations());
        report.Add(alone.Throughput());
        report.Add(CurveFrames.Measure(quick ? 5 : 50));
        var ours = allocations.Rows.Select(row => row["of them the library's"]).OfType<double>().Select(bytes => FormattableString.Invariant($"{bytes:0.00} B"));
        report.Summarise($"the library allocates {string.Join(" and ", ours)} for a rejected and an accepted request");
    }
}
