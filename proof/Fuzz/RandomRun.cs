using System.Diagnostics;
using System.Globalization;
using NetMQ.HighAvailability.Fuzz.Wire;

namespace NetMQ.HighAvailability.Fuzz;

/// <summary>Feeds a target with mutations of its seeds, and of those that came to something new. Needs nothing but this program.</summary>
internal sealed class RandomRun(string name, Target target, byte[][] seeds, int seed)
{
    private const int MaxPool = 4096;

    // What is compiled meanwhile and the pools of the runtime take a little; a leak of one byte an input would be more.
    private const long MaxGrowth = 256 * 1024;

    private readonly List<byte[]> pool = [.. seeds];
    private readonly HashSet<int> details = [];
    private readonly Dictionary<string, (long Count, byte[] Shortest)> outcomes = [];
    private bool isGrowing = true;

    /// <returns>Whether all is well.</returns>
    public bool Run(TextWriter to, long count, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        var mutator = new Mutator(seed);
        long inputs = 0, held = 0;
        foreach (var input in seeds) Feed(input);
        for (; inputs < count && clock.Elapsed < limit; inputs++)
        {
            var input = mutator.Next(pool);
            try
            {
                Feed(input);
            }
            catch (Exception e)
            {
                var file = Path.GetFullPath($"{name}-failed-{inputs}.bin");
                File.WriteAllBytes(file, input);
                to.WriteLine($"FAILED at input {inputs}: {file}\n{e}");
                return false;
            }

            if (!isGrowing || (inputs < count / 2 && clock.Elapsed < limit / 2)) continue;
            isGrowing = false; // what this program itself holds must not grow while memory is measured
            held = Held();
        }

        var growth = Held() - held;
        to.WriteLine("| target | inputs | inputs a second | outcomes | inputs that came to something new | failures | growth, bytes |");
        to.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {inputs:N0} | {inputs / clock.Elapsed.TotalSeconds:N0} | {outcomes.Count} | {pool.Count:N0} | 0 | {growth:N0} |"));
        return growth <= MaxGrowth;
    }

    /// <summary>Writes the seeds, and of each outcome the shortest input that came to it.</summary>
    public void WriteCorpus(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < seeds.Length; i++) Write($"seed-{i:00}", seeds[i]);
        foreach (var (outcome, (_, shortest)) in outcomes) Write(outcome, shortest);

        void Write(string file, byte[] bytes) => File.WriteAllBytes(Path.Combine(folder, file + ".bin"), bytes);
    }

    /// <summary>How many inputs came to what.</summary>
    public void WriteOutcomes(TextWriter to)
    {
        foreach (var (outcome, (count, _)) in outcomes.OrderByDescending(pair => pair.Value.Count))
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {outcome}: {count:N0}"));
    }

    private static long Held() => GC.GetTotalMemory(forceFullCollection: true);

    private void Feed(byte[] input)
    {
        target(input);
        if (Sight.Outcome.Length == 0) return; // a target that tells nothing of it
        var known = outcomes.TryGetValue(Sight.Outcome, out var so);
        outcomes[Sight.Outcome] = (so.Count + 1, known && (!isGrowing || so.Shortest.Length <= input.Length) ? so.Shortest : input);
        if (isGrowing && pool.Count < MaxPool && details.Add(Sight.Detail)) pool.Add(input);
    }
}
