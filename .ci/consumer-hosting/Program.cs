// What a user of the hosting package writes first: a pair of hosts with settings from configuration, a request, the stop
// of the host that serves, a request. Runs against the packed packages.
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NetMQ;
using NetMQ.Sockets;

int[] ports = [FreePort(), FreePort(), FreePort(), FreePort()];

using var primary = Node("Primary", ports[0], ports[1], ports[2]);
using var backup = Node("Backup", ports[1], ports[0], ports[3]);
await Task.WhenAll(primary.StartAsync(), backup.StartAsync());
var served = Ask(ports[2]);
await primary.StopAsync();
served &= Ask(ports[3]);
await backup.StopAsync();
Console.WriteLine(served ? "The hosting package runs a pair." : "A request was not answered.");
return served ? 0 : 1;

static IHost Node(string role, int local, int remote, int voter)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["BinaryStar:orders:Role"] = role,
        ["BinaryStar:orders:Preset"] = "Local",
        ["BinaryStar:orders:LocalEndpoints:0"] = $"tcp://127.0.0.1:{local}",
        ["BinaryStar:orders:RemoteEndpoints:0"] = $"tcp://127.0.0.1:{remote}",
        ["BinaryStar:orders:VoterEndpoint"] = $"tcp://127.0.0.1:{voter}",
    });
    builder.Services.AddBinaryStar("orders")
        .HandleRequests(client => client.SendMultipartMessage(client.ReceiveMultipartMessage()));
    builder.Services.AddHealthChecks().AddBinaryStar("orders");
    return builder.Build();
}

static bool Ask(int port)
{
    using var client = new DealerSocket($"tcp://127.0.0.1:{port}");
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
