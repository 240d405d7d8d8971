namespace EchoClient;

/// <summary>The latency over time, as a picture. A failover stands out as a peak with a line and its words.</summary>
internal static class Plot
{
    private const int Width = 1200;
    private const int Height = 500;

    /// <returns>What was done, in words.</returns>
    public static string Draw(Latencies latencies, string file)
    {
        if (latencies.Worst.Count == 0) return $"{file}: nothing to draw, no request was answered";

        var plot = new ScottPlot.Plot();
        plot.Title("Time to the answer");
        plot.XLabel("seconds since the start");
        plot.YLabel("milliseconds, logarithmic");

        // The axis is logarithmic: an answer of 0.1 ms and a failover of 2 s are to be seen side by side.
        var points = plot.Add.Scatter(
            latencies.Worst.Select(point => point.At.TotalSeconds).ToArray(),
            latencies.Worst.Select(point => Math.Log10(Math.Max(point.Waited.TotalMilliseconds, 0.001))).ToArray());
        points.LineWidth = 1;
        points.MarkerSize = 2;
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = exponent => $"{Math.Pow(10, exponent):0.###}",
        };

        foreach (var (at, what) in latencies.Changes)
        {
            var line = plot.Add.VerticalLine(at.TotalSeconds);
            line.LinePattern = ScottPlot.LinePattern.Dotted;
            line.Color = ScottPlot.Colors.Red;
            line.LegendText = $"{at.TotalSeconds:0.0} s: {what}";
        }

        plot.ShowLegend(ScottPlot.Edge.Bottom);
        plot.SavePng(file, Width, Height);
        return $"{file}: the latency over {latencies.Now.TotalSeconds:0} s";
    }
}
