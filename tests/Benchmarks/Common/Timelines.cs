using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Benchmarks.Common;

/// <summary>A part of a picture: lines that share an axis.</summary>
internal sealed record Panel(string Title, string Unit, bool IsLogarithmic, IReadOnlyList<(string Name, double[] Values)> Lines);

/// <summary>A picture of figures over time: one panel below the other, and across all of them what happened when.</summary>
internal static class Timelines
{
    private const int Width = 1200;
    private const int HeightOfOne = 380;

    private static readonly Color[] LineColors = [Colors.C0, Colors.C2, Colors.Gray];
    private static readonly Color[] MarkColors = [Colors.Red, Colors.Orange, Colors.LightSteelBlue];

    public static void Draw(FileInfo file, string unit, double[] times, IReadOnlyList<Panel> panels, IReadOnlyList<(string Name, double[] At)> marks)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(panels.Count);
        for (var i = 0; i < panels.Count; i++) Draw(multiplot.GetPlot(i), unit, times, panels[i], marks);
        multiplot.SavePng(file.FullName, Width, HeightOfOne * panels.Count);
    }

    private static void Draw(Plot plot, string unit, double[] times, Panel panel, IReadOnlyList<(string Name, double[] At)> marks)
    {
        for (var i = 0; i < marks.Count; i++)
        {
            foreach (var at in marks[i].At) plot.Add.VerticalLine(at, width: 1, color: MarkColors[i]);
        }

        for (var i = 0; i < panel.Lines.Count; i++)
        {
            var (name, values) = panel.Lines[i];
            var line = plot.Add.ScatterLine(times, panel.IsLogarithmic ? [.. values.Select(Math.Log10)] : values, LineColors[i]);
            line.LineWidth = 2;
            line.LegendText = name;
        }

        plot.Title(panel.Title, size: 15);
        plot.XLabel(unit, size: 12);
        plot.YLabel(panel.Unit, size: 12);
        plot.Axes.SetLimitsX(0, times.Length == 0 ? 1 : times[^1]);
        if (panel.IsLogarithmic) plot.Axes.Left.TickGenerator = Decades();
        else plot.Axes.SetLimitsY(0, 1.1 * panel.Lines.SelectMany(line => line.Values).Where(double.IsFinite).DefaultIfEmpty(1).Max());
        foreach (var (mark, i) in marks.Select((mark, i) => (mark, i)))
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = mark.Name, LineColor = MarkColors[i], LineWidth = 1 });
        plot.ShowLegend(Edge.Right);
    }

    // The lines are those of the logarithms: the ticks say what they are logarithms of.
    private static NumericAutomatic Decades() => new()
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = exponent => Math.Pow(10, exponent).ToString("0.###", CultureInfo.InvariantCulture),
    };
}
