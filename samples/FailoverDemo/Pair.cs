using System.Globalization;
using Processes;

namespace FailoverDemo;

/// <summary>A primary and a backup on free ports of this machine.</summary>
internal sealed class Pair : IDisposable
{
    // Quick to watch, and long enough for a machine whose cores are busy with building something else: a loop that is
    // held up for more than a quarter of the heartbeat interval listens anew, and below 100 ms that is often.
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan FailoverTimeout = 4 * Heartbeat;

    /// <summary>How long a server works on a request, in milliseconds: its handlers await that, as others await a database.</summary>
    public const string Work = "2-8";

    public Pair()
    {
        var ports = FreePorts.Take(4).Select(port => $"tcp://127.0.0.1:{port}").ToArray();
        Primary = new Server("primary", ports[0], Arguments("--primary", ports[0], local: ports[1], remote: ports[2]));
        Backup = new Server("backup", ports[3], Arguments("--backup", ports[3], local: ports[2], remote: ports[1]));
    }

    public Server Primary { get; }

    public Server Backup { get; }

    public IReadOnlyList<Server> Servers => [Primary, Backup];

    /// <summary>Waits until one serves and the other stands by.</summary>
    public async Task<(Server Active, Server Standby)> Whole(CancellationToken cancellation)
    {
        await Until.True(
            () => (Primary.IsActive && Backup.IsPassive) || (Backup.IsActive && Primary.IsPassive),
            "one server is active and the other passive", cancellation);
        return Primary.IsActive ? (Primary, Backup) : (Backup, Primary);
    }

    public void Dispose()
    {
        Primary.Dispose();
        Backup.Dispose();
    }

    private static string[] Arguments(string role, string voter, string local, string remote) =>
    [
        role, "--voter", voter, "--local", local, "--remote", remote,
        "--async", Work, "--heartbeat", Milliseconds(Heartbeat), "--failover-timeout", Milliseconds(FailoverTimeout),
    ];

    private static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
}
