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

    /// <summary>Groups of bars: one group for each label, one bar in each for every series.</summary>
    public static void Bars(FileInfo file, string title, string[] labels, (string Name, double[] Values)[] series)
    {
        var plot = new Plot();
        for (var i = 0; i < series.Length; i++)
        {
            var bars = plot.Add.Bars(labels.Select((_, group) => (double)((group * (series.Length + 1)) + i)), series[i].Values);
            bars.LegendText = series[i].Name;
        }

        var middles = labels.Select((_, group) => (group * (series.Length + 1)) + ((series.Length - 1) / 2.0)).ToArray();
        plot.Axes.Bottom.SetTicks(middles, labels);
        plot.Axes.Margins(bottom: 0);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Title(title);
        plot.SavePng(file.FullName, Width, 500);
    }
}
