using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability;

namespace ClientBenchmarks;

/// <summary>Two EchoServer processes that detect crashes.</summary>
internal sealed class EchoPair : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly int[] ports = FreePorts(4);
    private readonly Server?[] servers = new Server?[2];

    public string[] Voters => [$"tcp://127.0.0.1:{ports[0]}", $"tcp://127.0.0.1:{ports[1]}"];

    /// <summary>The index of the active server.</summary>
    public int Active => servers[0]?.State == "active" ? 0 : 1;

    /// <summary>Starts both and waits until the primary serves.</summary>
    public static EchoPair Started()
    {
        var pair = new EchoPair();
        pair.Start(0);
        pair.Start(1);
        pair.WaitFor(0, "active");
        pair.WaitFor(1, "passive");
        return pair;
    }

    public BinaryStarClient NewClient(Action<BinaryStarClientOptions>? configure = null)
    {
        var options = new BinaryStarClientOptions { Servers = Voters };
        configure?.Invoke(options);
        return new BinaryStarClient(options);
    }

    public void Start(int server) => servers[server] = new Server(
    [
        server == 0 ? "--primary" : "--backup", "--detect-crash", "--voter", Voters[server],
        "--local", $"tcp://127.0.0.1:{ports[2 + server]}", "--remote", $"tcp://127.0.0.1:{ports[3 - server]}",
    ]);

    /// <summary>SIGKILL.</summary>
    public void Kill(int server) => servers[server]!.Process.Kill();

    public void WaitForExit(int server) => servers[server]!.Process.WaitForExit();

    public void WaitFor(int server, string state)
    {
        var clock = Stopwatch.StartNew();
        while (servers[server]!.State != state)
        {
            if (clock.Elapsed > Limit) throw new TimeoutException($"server {server} is {servers[server]!.State} and did not become {state}");
            Thread.Sleep(5);
        }
    }

    public void Dispose()
    {
        foreach (var server in servers)
        {
            if (server is null) continue;
            if (!server.Process.HasExited) server.Process.Kill();
            server.Process.Dispose();
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }

    /// <summary>One process, and the last word of its last line, which is its state.</summary>
    private sealed class Server
    {
        private volatile string state = "";

        public Server(IEnumerable<string> arguments)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet")
            {
                RedirectStandardOutput = true,
            };
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "EchoServer.dll"));
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            Process = new Process { StartInfo = start };
            Process.OutputDataReceived += (_, line) => state = line.Data?.Split(' ')[^1] ?? state;
            Process.Start();
            Process.BeginOutputReadLine();
        }

        public Process Process { get; }

        public string State => state;
    }
}
