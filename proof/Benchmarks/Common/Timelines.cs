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
    private const int LeftWidth = 60;

    private static readonly Color[] LineColors = [Colors.C0, Colors.C2, Colors.Gray];

    // Pale: an hour has dozens of them, and the lines must be seen through them.
    private static readonly Color[] MarkColors = [Colors.Red.WithAlpha(0.5), Colors.Orange.WithAlpha(0.6), Colors.LightSteelBlue];

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
            var (name, figures) = panel.Lines[i];
            var line = plot.Add.ScatterLine(times, panel.IsLogarithmic ? [.. figures.Select(Math.Log10)] : figures, LineColors[i]);
            line.LineWidth = 2;
            line.LegendText = name;
        }

        plot.Title(panel.Title, size: 15);
        plot.XLabel(unit, size: 12);
        plot.YLabel(panel.Unit, size: 12);
        plot.Axes.Left.MinimumSize = plot.Axes.Left.MaximumSize = LeftWidth; // the same in all, so that the times are one below the other
        plot.Axes.SetLimitsX(0, times.Length == 0 ? 1 : times[^1]);
        var values = panel.Lines.SelectMany(line => line.Values).Where(double.IsNormal).DefaultIfEmpty(1).ToArray();
        if (panel.IsLogarithmic) ShowDecades(plot, values.Min(), values.Max());
        else plot.Axes.SetLimitsY(0, 1.1 * values.Max());
        foreach (var (mark, i) in marks.Select((mark, i) => (mark, i)))
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = mark.Name, LineColor = MarkColors[i], LineWidth = 1 });
        plot.ShowLegend(Edge.Right);
    }

    // The lines are those of the logarithms: the ticks say what they are logarithms of.
    private static void ShowDecades(Plot plot, double lowest, double highest)
    {
        plot.Axes.Left.TickGenerator = new NumericAutomatic
        {
            MinorTickGenerator = new LogMinorTickGenerator(),
            IntegerTicksOnly = true,
            LabelFormatter = exponent => Math.Pow(10, exponent).ToString("0.###", CultureInfo.InvariantCulture),
        };
        plot.Axes.SetLimitsY(Math.Floor(Math.Log10(lowest)), Math.Ceiling(Math.Log10(highest)));
    }
}
