using System.Globalization;

namespace Benchmarks.Common;

/// <summary>Figures in rows; the columns' names say the units.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<object?[]> rows = [];

    public string Title => title;

    /// <summary>Each row, by the names of its columns, for machines.</summary>
    public IEnumerable<Dictionary<string, object?>> Rows =>
        rows.Select(row => columns.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second));

    /// <param name="cells">Texts and numbers; null where there is nothing to say.</param>
    public void Add(params object?[] cells)
    {
        if (cells.Length != columns.Length) throw new ArgumentException($"The table '{title}' has {columns.Length} columns, not {cells.Length}.", nameof(cells));
        rows.Add([.. cells.Select(cell => cell is double.NaN ? null : cell)]); // the median of nothing, say
    }

    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine(title);
        var lines = rows.Select(row => row.Select(Text).ToArray()).Prepend(columns).ToArray();
        var widths = columns.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            // Names to the left, figures to the right.
            Console.WriteLine(string.Join("  ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
        }
    }

    // Three digits that mean something are enough for a measurement.
    private static string Text(object? cell) => cell switch
    {
        null => "-",
        double number => number.ToString(Math.Abs(number) switch { >= 100 => "N0", >= 10 => "0.0", _ => "0.00#" }, CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "-",
    };
}
