namespace Benchmarks.Common;

/// <summary>A few dozen to a few thousand measurements of one thing, all kept.</summary>
internal sealed class Sample
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    public IReadOnlyList<double> Values => values;

    public double Median => Quantile(0.5);

    public double Max => values.Count == 0 ? double.NaN : values.Max();

    public void Add(double value) => values.Add(value);

    /// <summary>The smallest value that at least this share of all does not exceed.</summary>
    public double Quantile(double share)
    {
        if (values.Count == 0) return double.NaN;
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
