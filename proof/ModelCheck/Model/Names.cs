using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>Names for the traces.</summary>
internal static class Names
{
    public static Who Who(int node) => node == 0 ? Model.Who.Primary : Model.Who.Backup;

    public static string Name(int node) => node == 0 ? "primary" : "backup";

    public static string Of(PeerMessage message) => message switch
    {
        PeerMessage.PrimaryWaiting => "primary, waiting",
        PeerMessage.BackupWaiting => "backup, waiting",
        PeerMessage.Active => "active",
        PeerMessage.Passive => "passive",
        _ => "?",
    };
}
