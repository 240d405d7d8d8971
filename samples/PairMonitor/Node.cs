using NetMQ;
using NetMQ.HighAvailability;

namespace PairMonitor;

/// <summary>One node, as it is received. Times are the watcher's.</summary>
internal sealed class Node(string role, string endpoint, NetMQCertificate? key, TimeSpan silentAfter)
{
    private TimeSpan? received;

    public string Role => role;

    public string Endpoint => endpoint;

    public NetMQCertificate? Key => key;

    /// <summary>The state that it last published; a node that waits publishes its role.</summary>
    public BinaryStarState? Last { get; private set; }

    /// <summary>With that, by an arbiter: the fencing token of its term if it is active, otherwise the highest that it knows. Null without an arbiter.</summary>
    public long? Token { get; private set; }

    /// <summary>By what it serves, if it is active and has an arbiter.</summary>
    public BinaryStarMandate ServesBy { get; private set; }

    /// <summary>Since when it has published the same.</summary>
    public TimeSpan Since { get; private set; }

    /// <summary>The time of the watcher's last look.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>How old its last message is; null before the first.</summary>
    public TimeSpan? Age => Now - received;

    public bool IsAlive => Age < silentAfter;

    public bool IsActive => IsAlive && Last == BinaryStarState.Active;

    public bool IsPassive => IsAlive && Last == BinaryStarState.Passive;

    /// <summary>The endpoint of the one node given for the other's.</summary>
    public bool IsMistaken => Last == (role == "primary" ? BinaryStarState.Backup : BinaryStarState.Primary);

    /// <summary>It has published that it is active after <paramref name="other"/> began to.</summary>
    public bool IsActiveBeside(Node other) => IsActive && other.IsActive && received > other.Since;

    public void Receive(BinaryStarState state, long? token, BinaryStarMandate servesBy, TimeSpan now)
    {
        (Token, ServesBy) = (token, servesBy);
        if (Last != state) Since = now;
        Last = state;
        received = Now = now;
    }
}
