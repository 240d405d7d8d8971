using NetMQ;

namespace PairMonitor;

/// <summary>The state that a node last published. The digits are the protocol's.</summary>
internal enum PublishedState
{
    Nothing = 0,
    WaitingAsPrimary = '1',
    WaitingAsBackup = '2',
    Active = '3',
    Passive = '4',
}

/// <summary>One node, as it is received. Times are the watcher's.</summary>
internal sealed class Node(string role, string endpoint, NetMQCertificate? key, TimeSpan silentAfter)
{
    private TimeSpan? received;

    public string Role => role;

    public string Endpoint => endpoint;

    public NetMQCertificate? Key => key;

    public PublishedState Last { get; private set; }

    /// <summary>Since when it has published the same.</summary>
    public TimeSpan Since { get; private set; }

    /// <summary>The time of the watcher's last look.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>How old its last message is; null before the first.</summary>
    public TimeSpan? Age => Now - received;

    public bool IsAlive => Age < silentAfter;

    public bool IsActive => IsAlive && Last == PublishedState.Active;

    public bool IsPassive => IsAlive && Last == PublishedState.Passive;

    /// <summary>The endpoint of the one node given for the other's.</summary>
    public bool IsMistaken => Last == (role == "primary" ? PublishedState.WaitingAsBackup : PublishedState.WaitingAsPrimary);

    /// <summary>It has published that it is active after <paramref name="other"/> began to.</summary>
    public bool IsActiveBeside(Node other) => IsActive && other.IsActive && received > other.Since;

    /// <returns>Whether it is a valid message.</returns>
    public bool Receive(byte[] frame, TimeSpan now)
    {
        if (frame is not [>= (byte)'1' and <= (byte)'4']) return false;
        if (Last != (PublishedState)frame[0]) Since = now;
        Last = (PublishedState)frame[0];
        received = Now = now;
        return true;
    }
}
