using System.Diagnostics;
using NetMQ;
using NetMQ.HighAvailability;
using NetMQ.Sockets;

namespace ClientBenchmarks;

/// <summary>The client beside a bare DEALER loop, in turns, with the same window, envelope and server.</summary>
internal static class Throughput
{
    private const int Window = 1000;
    private const int PayloadBytes = 64;
    private const double Target = 0.8;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public static async Task<bool> Run(int rounds)
    {
        using var pair = EchoPair.Started();
        var ratios = new List<double>();
        for (var i = 0; i <= rounds; i++)
        {
            // In turns, the one first and then the other, so that a busy machine harms both alike.
            double bare, client;
            if (i % 2 == 0) (bare, client) = (Bare(pair.Voters[0]), await Client(pair));
            else (client, bare) = (await Client(pair), Bare(pair.Voters[0]));
            var what = i == 0 ? "warm-up" : $"round {i}";
            Console.WriteLine($"{what}: bare loop {bare,9:N0}/s, client {client,9:N0}/s, ratio {client / bare:0.00}");
            if (i > 0) ratios.Add(client / bare);
        }

        ratios.Sort();
        Console.WriteLine($"{Window} outstanding, {PayloadBytes} B: median ratio {ratios[ratios.Count / 2]:0.00} (from {ratios[0]:0.00} to {ratios[^1]:0.00})");
        return ratios[ratios.Count / 2] >= Target;
    }

    private static double Bare(string server)
    {
        using var socket = new DealerSocket();
        socket.Options.SendHighWatermark = socket.Options.ReceiveHighWatermark = 0;
        socket.Connect(server);
        byte[] id = new byte[16], payload = new byte[PayloadBytes];
        for (var i = 0; i < Window; i++) Send(socket, id, payload);

        var msg = new Msg();
        msg.InitEmpty();
        double rate = 0;
        foreach (var time in new[] { Warmup, Round })
        {
            var clock = Stopwatch.StartNew();
            long count = 0;
            while (clock.Elapsed < time)
            {
                for (var i = 0; i < 100; i++, count++)
                {
                    do socket.Receive(ref msg);
                    while (msg.HasMore);
                    Send(socket, id, payload);
                }
            }

            rate = count / clock.Elapsed.TotalSeconds;
        }

        msg.Close();
        return rate;
    }

    private static void Send(DealerSocket socket, byte[] id, byte[] payload)
    {
        // The cheapest way there is: NetMQ takes the arrays as they are.
        Send(socket, id, true);
        Send(socket, [], true);
        Send(socket, payload, false);
    }

    private static void Send(DealerSocket socket, byte[] frame, bool more)
    {
        var msg = new Msg();
        msg.InitGC(frame, frame.Length);
        socket.Send(ref msg, more);
        msg.Close();
    }

    private static async Task<double> Client(EchoPair pair)
    {
        await using var client = pair.NewClient(options => options.MaxOutstanding = Window);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Window).Select(_ => Task.Run(() => Ask(client, stop.Token))).ToList();
        await Task.Delay(Warmup);
        var before = client.Status.Answered;
        var clock = Stopwatch.StartNew();
        await Task.Delay(Round);
        var rate = (client.Status.Answered - before) / clock.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        return rate;
    }

    internal static async Task Ask(BinaryStarClient client, CancellationToken stop)
    {
        var payload = new byte[PayloadBytes];
        while (!stop.IsCancellationRequested)
        {
            var reply = await client.RequestAsync(payload, CancellationToken.None);
            if (reply.Length != PayloadBytes) throw new InvalidOperationException($"{reply.Length} bytes came back of {PayloadBytes}");
        }
    }
}
