using System.Diagnostics;
using NetMQ;

namespace PairMonitor;

/// <summary>What a node last said of itself. The digits are the protocol's.</summary>
internal enum Says
{
    Nothing = 0,
    WaitingAsPrimary = '1',
    WaitingAsBackup = '2',
    Active = '3',
    Passive = '4',
}

/// <summary>One node, as it is heard.</summary>
internal sealed class Node(string role, string endpoint, NetMQCertificate? key, TimeSpan silentAfter)
{
    private readonly Stopwatch since = new();

    public string Role => role;

    public string Endpoint => endpoint;

    public NetMQCertificate? Key => key;

    public Says Last { get; private set; }

    /// <summary>Null before its first word.</summary>
    public TimeSpan? Age => since.IsRunning ? since.Elapsed : null;

    public bool IsAlive => Age < silentAfter;

    public bool IsActive => IsAlive && Last == Says.Active;

    public bool IsPassive => IsAlive && Last == Says.Passive;

    /// <summary>The endpoint of the one node given for the other's.</summary>
    public bool IsMistaken => Last == (role == "primary" ? Says.WaitingAsBackup : Says.WaitingAsPrimary);

    public string Shown => (IsAlive, Last) switch
    {
        (false, Says.Nothing) => "never heard",
        (false, _) => "silent",
        (_, Says.Active) => "active",
        (_, Says.Passive) => "passive",
        _ => "waiting",
    };

    /// <returns>Whether it is something that a node says.</returns>
    public bool Heard(byte[] frame)
    {
        if (frame is not [>= (byte)'1' and <= (byte)'4']) return false;
        Last = (Says)frame[0];
        since.Restart();
        return true;
    }
}
