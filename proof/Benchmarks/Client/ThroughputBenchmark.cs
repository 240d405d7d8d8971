using System.Diagnostics;
using Benchmarks.Common;
using NetMQ;
using NetMQ.Sockets;

namespace Benchmarks.Client;

/// <summary>The client beside a bare DEALER loop, in turns, with the same window, envelope and server.</summary>
internal static class ThroughputBenchmark
{
    private const int Window = 1000;
    private const double TargetRatio = 0.8;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);

    public static async Task Run(int rounds, Report report)
    {
        using var pair = new EchoPair(PairTiming.Default, detectCrash: true);
        var server = pair.Voters[pair.WaitUntilWhole()];
        var ratios = new Sample();
        var table = new Table(
            $"{Window} outstanding, {BusyCallers.PayloadBytes} B, turns of {Turn.TotalSeconds} s; processor time of the client's process alone",
            "round", "bare loop req/s", "us/req", "client req/s", "client us/req", "ratio");
        for (var i = 0; i <= rounds; i++)
        {
            // In turns, the one first and then the other, so that a busy machine harms both alike.
            Rate bare, client;
            if (i % 2 == 0) (bare, client) = (Bare(server), await Client(pair));
            else (client, bare) = (await Client(pair), Bare(server));
            Console.WriteLine(i == 0 ? "warmed up" : $"{i} of {rounds} rounds");
            if (i == 0) continue;
            ratios.Add(client.PerSecond / bare.PerSecond);
            table.Add(i, bare.PerSecond, bare.Microseconds, client.PerSecond, client.Microseconds, ratios.Values[^1]);
        }

        report.Add(table);
        report.Summarise(FormattableString.Invariant($"median ratio {ratios.Median:0.00} (from {ratios.Quantile(0):0.00} to {ratios.Max:0.00})"));
        report.Target(ratios.Median >= TargetRatio, FormattableString.Invariant($"{TargetRatio:0.00} of the bare loop"));
    }

    private static Rate Bare(string server)
    {
        using var socket = new DealerSocket();
        socket.Options.SendHighWatermark = socket.Options.ReceiveHighWatermark = 0;
        socket.Connect(server);
        byte[] id = new byte[16], payload = new byte[BusyCallers.PayloadBytes];
        for (var i = 0; i < Window; i++) Send(socket, id, payload);

        var msg = new Msg();
        msg.InitEmpty();
        var rate = default(Rate);
        foreach (var time in new[] { Warmup, Turn })
        {
            var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
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

            rate = new Rate(count, clock.Elapsed, Environment.CpuUsage.TotalTime - cpu);
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

    private static async Task<Rate> Client(EchoPair pair)
    {
        await using var client = pair.NewClient(Window);
        await using var callers = new BusyCallers(client, Window);
        callers.Start();
        await Task.Delay(Warmup);
        var before = client.Status.Answered;
        var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await Task.Delay(Turn);
        return new Rate(client.Status.Answered - before, clock.Elapsed, Environment.CpuUsage.TotalTime - cpu);
    }

    /// <summary>Requests in a time, and the processor time that this process, not the server's, took for them.</summary>
    private readonly record struct Rate(long Count, TimeSpan Time, TimeSpan Cpu)
    {
        public double PerSecond => Count / Time.TotalSeconds;

        public double Microseconds => Cpu.TotalMicroseconds / Count;
    }
}
