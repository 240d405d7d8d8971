using System.Globalization;
using NetMQ.HighAvailability;

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
            var state = Describe(node);
            if (was == state) continue;
            before[node] = state;
            yield return Line($"{node.Role}: {(known ? $"{was} → " : "")}{state}");
        }

        var dual = watcher.Pair.AreBothActive;
        if (dual && !dualBefore) yield return Line("ALARM: both nodes are active");
        dualBefore = dual;
    }

    // A node that begins a term has a new token with its new state; by what it serves changes meanwhile.
    private string Describe(Node node) => watcher.Pair.StateOf(node) + watcher.Pair.ServesBy(node) switch
    {
        BinaryStarMandate.Peer => $", token {node.Token}, by its peer's promise",
        BinaryStarMandate.Lease => $", token {node.Token}, by the arbiter's lease",
        _ => "",
    };

    private static string Line(string what) => string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff}  {what}");
}
