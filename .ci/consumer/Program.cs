// What a user of the package writes first: a pair, a request, a hand-over, a request. Runs against the packed package.
using System.Net;
using System.Net.Sockets;
using NetMQ;
using NetMQ.HighAvailability;
using NetMQ.Sockets;

int[] ports = [FreePort(), FreePort()];

(BinaryStar Star, string Endpoint) Node(BinaryStarRole role, int local, int remote)
{
    var star = new BinaryStar(new BinaryStarOptions
    {
        Role = role,
        LocalEndpoints = [$"tcp://127.0.0.1:{local}"],
        RemoteEndpoints = [$"tcp://127.0.0.1:{remote}"],
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        FailoverTimeout = TimeSpan.FromMilliseconds(500),
    });
    var endpoint = star.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Router, voter => voter.SendMultipartMessage(voter.ReceiveMultipartMessage()));
    star.StateChanged += (_, e) => Console.WriteLine($"{role}: {e.PreviousState} to {e.NewState} ({e.Reason})");
    star.Start();
    return (star, endpoint);
}

var primary = Node(BinaryStarRole.Primary, ports[0], ports[1]);
var backup = Node(BinaryStarRole.Backup, ports[1], ports[0]);
var served = Ask(primary.Endpoint);
primary.Star.Dispose();
served &= Ask(backup.Endpoint);
backup.Star.Dispose();
Console.WriteLine(served ? "The package runs a pair." : "A request was not answered.");
return served ? 0 : 1;

static bool Ask(string endpoint)
{
    using var client = new DealerSocket(endpoint);
    for (var i = 0; i < 150; i++)
    {
        client.SendFrame("hello");
        if (client.TryReceiveFrameString(TimeSpan.FromMilliseconds(200), out _)) return true;
    }

    return false;
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}
