using ScottPlot;

namespace Benchmarks.Common;

/// <summary>Pictures of what was measured.</summary>
internal static class Plots
{
    private const int Width = 1000;
    private const int HeightOfOne = 220;
    private const int Bins = 60;

    /// <summary>One histogram below the other, each with an axis of its own: milliseconds and seconds do not fit on one.</summary>
    public static void Histograms(FileInfo file, string title, string unit, IEnumerable<(string Name, Sample Sample)> samples)
    {
        var drawn = samples.Where(one => one.Sample.Count > 1).ToArray();
        if (drawn.Length == 0) return;

        var multiplot = new Multiplot();
        multiplot.AddPlots(drawn.Length);
        for (var i = 0; i < drawn.Length; i++)
        {
            var (name, sample) = drawn[i];
            var plot = multiplot.GetPlot(i);
            var histogram = ScottPlot.Statistics.Histogram.WithBinCount(Bins, [0, .. sample.Values]);
            histogram.Clear();
            histogram.AddRange(sample.Values);
            plot.Add.Histogram(histogram);
            plot.Title($"{title}: {name}, median {sample.Median:0.0} {unit}, maximum {sample.Max:0.0} {unit}, {sample.Count} samples", size: 13);
            plot.XLabel(unit, size: 12);
            plot.Axes.Margins(bottom: 0);
        }

        multiplot.SavePng(file.FullName, Width, HeightOfOne * drawn.Length);
    }
}
