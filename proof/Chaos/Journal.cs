using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>What was done to a pair and what its servers printed, in order, for the case that a property fails.</summary>
internal sealed class Journal
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];

    public void Add(string line)
    {
        lock (gate) lines.Add($"{Clock.Now:HH:mm:ss.fff} {line}");
    }

    /// <returns>The path of the file.</returns>
    public string Save()
    {
        var file = Path.GetTempFileName();
        lock (gate) File.WriteAllLines(file, lines);
        return file;
    }
}
