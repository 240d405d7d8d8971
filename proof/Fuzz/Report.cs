using System.Globalization;

namespace NetMQ.HighAvailability.Fuzz;

/// <summary>What afl-fuzz found, target by target.</summary>
internal static class Report
{
    // What is compiled meanwhile, and the pools of the runtime, take a little; a leak of one byte an input would be ten times this.
    private const long MaxGrowth = 128 * 1024;

    /// <returns>Whether every target ran, without a crash, a hang or growth.</returns>
    public static bool Write(TextWriter to, string folder, IEnumerable<string> targets)
    {
        long inputs = 0, failures = 0;
        to.WriteLine("| target | inputs | inputs a second | edges | corpus | crashes | hangs | growth, bytes |");
        to.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var target in targets)
        {
            var stats = Read(Path.Combine(folder, target, "default", "fuzzer_stats"));
            var growth = MemoryLog.Growth(Path.Combine(folder, target + ".memory"));
            var (crashes, hangs) = (Number(stats, "saved_crashes"), Number(stats, "saved_hangs"));
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {target} | {Number(stats, "execs_done"):N0} | {Number(stats, "execs_per_sec"):N0} | {Number(stats, "edges_found"):N0} | {Number(stats, "corpus_count"):N0} | {crashes} | {hangs} | {growth?.ToString("N0", CultureInfo.InvariantCulture) ?? "–"} |"));
            inputs += Number(stats, "execs_done");
            failures += crashes + hangs + (growth > MaxGrowth ? 1 : 0) + (stats.Count == 0 ? 1 : 0);
        }

        to.WriteLine();
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputs:N0} inputs, {failures} failures"));
        return failures == 0;
    }

    private static Dictionary<string, string> Read(string file) => File.Exists(file)
        ? File.ReadLines(file).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1])
        : [];

    private static long Number(Dictionary<string, string> stats, string name) =>
        stats.TryGetValue(name, out var text) && double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? (long)value : 0;
}
