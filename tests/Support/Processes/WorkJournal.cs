using System.Diagnostics;
using System.Globalization;

namespace Processes;

/// <summary>One execution of a request by one process of a pair, by the machine's monotonic clock.</summary>
/// <param name="Process">The process.</param>
/// <param name="Request">The request.</param>
/// <param name="Begin">When its handler began.</param>
/// <param name="End">When that ended; null if it never did.</param>
public readonly record struct Work(int Process, string Request, long Begin, long? End);

/// <summary>What the journals of <c>EchoServer --journal</c> prove: who was at work when, and how often a request was executed.</summary>
public sealed class WorkJournal
{
    private const int Words = 5;

    private WorkJournal(IReadOnlyList<Work> all)
    {
        All = all;
        Executions = all.GroupBy(work => work.Request).ToDictionary(request => request.Key, request => request.Count());
        (Overlaps, LongestOverlap) = FindOverlaps([.. all.OrderBy(work => work.Begin)]);
    }

    /// <summary>Every execution.</summary>
    public IReadOnlyList<Work> All { get; }

    /// <summary>How often each request was executed.</summary>
    public IReadOnlyDictionary<string, int> Executions { get; }

    /// <summary>How many executions began while another process was at work.</summary>
    public int Overlaps { get; }

    /// <summary>For how long two processes were at work at once, at most.</summary>
    public TimeSpan LongestOverlap { get; }

    /// <param name="files">The journals of a pair's servers; one that is not there is empty.</param>
    public static WorkJournal Read(params IEnumerable<string> files) => Parse(files.Where(File.Exists).SelectMany(ReadShared));

    /// <param name="lines">"begin primary 1234 5678901 request", and the same with "end"; what is not whole is the last line of a process that was killed.</param>
    public static WorkJournal Parse(IEnumerable<string> lines)
    {
        var all = new List<Work>();
        var open = new Dictionary<(int Process, string Request), Queue<int>>();
        foreach (var words in lines.Select(line => line.Split(' ')).Where(words => words.Length == Words))
        {
            var (process, at) = (int.Parse(words[2], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
            var key = (process, words[4]);
            if (words[0] == "begin")
            {
                if (!open.TryGetValue(key, out var begun)) open[key] = begun = new Queue<int>();
                begun.Enqueue(all.Count);
                all.Add(new Work(process, words[4], at, null));
            }
            else if (open[key].TryDequeue(out var i))
            {
                all[i] = all[i] with { End = at };
            }
        }

        return new WorkJournal(all);
    }

    // Of what began so far: who ends last, and who else ends last. One that never ended is taken to have ended at once, with its process.
    private static (int Count, TimeSpan Longest) FindOverlaps(Work[] byBegin)
    {
        var (count, longest) = (0, TimeSpan.Zero);
        (int Process, long End) last = default, other = default;
        foreach (var work in byBegin)
        {
            var end = work.End ?? work.Begin;
            var beside = last.Process == work.Process ? other : last;
            if (beside.End > work.Begin)
            {
                count++;
                var overlap = Stopwatch.GetElapsedTime(work.Begin, Math.Min(end, beside.End));
                if (overlap > longest) longest = overlap;
            }

            if (work.Process == last.Process)
            {
                last.End = Math.Max(last.End, end);
            }
            else if (end > last.End)
            {
                other = last;
                last = (work.Process, end);
            }
            else if (end > other.End)
            {
                other = (work.Process, end);
            }
        }

        return (count, longest);
    }

    // The server that writes it still has it open.
    private static IEnumerable<string> ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line) yield return line;
    }
}
