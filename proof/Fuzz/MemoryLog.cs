using System.Globalization;

namespace NetMQ.HighAvailability.Fuzz;

/// <summary>Notes, every hundred thousand inputs, what memory is held after a full collection.</summary>
internal sealed class MemoryLog(string file)
{
    private const int Every = 100_000;

    private long inputs;

    public void Count()
    {
        if (++inputs % Every != 0) return;
        File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(forceFullCollection: true)}\n"));
    }

    /// <summary>By how many bytes the memory held has grown from the first half's most to the second half's; null if there is too little data.</summary>
    public static long? Growth(string file)
    {
        if (!File.Exists(file)) return null;
        var held = File.ReadLines(file).Select(line => long.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        return held.Length < 4 ? null : held[(held.Length / 2)..].Max() - held[..(held.Length / 2)].Max();
    }
}
