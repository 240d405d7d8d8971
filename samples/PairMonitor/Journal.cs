using System.Globalization;

namespace PairMonitor;

/// <summary>What has changed since the last look.</summary>
internal sealed class Journal(Watcher watcher)
{
    private readonly Dictionary<Node, string> before = [];
    private bool dualBefore;

    public IEnumerable<string> News()
    {
        foreach (var node in new[] { watcher.Primary, watcher.Backup })
        {
            var known = before.TryGetValue(node, out var was);
            if (was == node.Shown) continue;
            before[node] = node.Shown;
            yield return Line($"{node.Role}: {(known ? $"{was} → " : "")}{node.Shown}");
        }

        var dual = watcher.Primary.IsActive && watcher.Backup.IsActive;
        if (dual && !dualBefore) yield return Line("ALARM: both nodes are active");
        dualBefore = dual;
    }

    private static string Line(string what) => string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff}  {what}");
}
