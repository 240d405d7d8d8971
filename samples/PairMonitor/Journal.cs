using System.Globalization;

namespace PairMonitor;

/// <summary>What has changed since the last look.</summary>
internal sealed class Journal(Watcher watcher)
{
    private readonly Dictionary<Node, string> before = [];
    private bool dualBefore;

    public IEnumerable<string> News()
    {
        foreach (var node in new[] { watcher.Pair.Primary, watcher.Pair.Backup })
        {
            var known = before.TryGetValue(node, out var was);
            var state = watcher.Pair.StateOf(node);
            if (was == state) continue;
            before[node] = state;
            yield return Line($"{node.Role}: {(known ? $"{was} → " : "")}{state}");
        }

        var dual = watcher.Pair.AreBothActive;
        if (dual && !dualBefore) yield return Line("ALARM: both nodes are active");
        dualBefore = dual;
    }

    private static string Line(string what) => string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff}  {what}");
}
