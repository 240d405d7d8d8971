using NetMQ.HighAvailability;

namespace PairMonitor;

/// <summary>Both nodes, each judged by what the other has published since.</summary>
internal sealed record Pair(Node Primary, Node Backup)
{
    /// <summary>
    /// Each has published that it is active after the other began to. A node that crashed was active to its last message,
    /// and counts as alive for the failover timeout; its successor is no second active node.
    /// </summary>
    public bool AreBothActive => Primary.IsActiveBeside(Backup) && Backup.IsActiveBeside(Primary);

    public string StateOf(Node node) => (node.IsAlive, node.Last) switch
    {
        (false, null) => "never received",
        (false, _) => "silent",
        (_, BinaryStarState.Active) => IsSuperseded(node) ? "superseded" : "active",
        (_, BinaryStarState.Passive) => "passive",
        _ => "waiting",
    };

    /// <summary>By what an active node with an arbiter serves.</summary>
    public BinaryStarMandate ServesBy(Node node) => StateOf(node) == "active" ? node.ServesBy : BinaryStarMandate.None;

    /// <summary>Active to its last message, since which the other one has become active: dead, most likely.</summary>
    private bool IsSuperseded(Node node)
    {
        var other = node == Primary ? Backup : Primary;
        return node.IsActive && other.IsActiveBeside(node) && !node.IsActiveBeside(other);
    }
}
