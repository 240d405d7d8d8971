using System.Diagnostics;
using Benchmarks.Common;
using NetMQ;
using NetMQ.HighAvailability;
using NetMQ.Sockets;
using Processes;

namespace Benchmarks.Micro;

/// <summary>
/// What a request makes the poller's thread allocate: accepted and rejected by a node, and echoed and dropped by the
/// bare loop that takes its messages in the same batches. The difference is the library's.
/// </summary>
/// <remarks>
/// All requests of a round have arrived before the first is taken: the number of polls, whose cost is NetMQ's, is then
/// the same on all sides.
/// </remarks>
internal static class VoteAllocations
{
    private const int Batch = 256;
    private const int Requests = 40 * Batch;
    private const int Bytes = 64;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Table Measure(int rounds)
    {
        var table = new Table($"{Requests} requests of {Bytes} B, {rounds} rounds, poller's thread, medians", "path", "allocated B/msg", "of them the library's", "time ns/msg");
        var dropped = Bare(rounds, echo: false);
        var rejected = Star(rounds, active: false);
        var echoed = Bare(rounds, echo: true);
        var accepted = Star(rounds, active: true);
        table.Add("bare loop, dropped", dropped.Bytes, null, dropped.Nanoseconds);
        table.Add("BinaryStar, rejected", rejected.Bytes, rejected.Bytes - dropped.Bytes, rejected.Nanoseconds);
        table.Add("bare loop, echoed", echoed.Bytes, null, echoed.Nanoseconds);
        table.Add("BinaryStar, accepted and echoed", accepted.Bytes, accepted.Bytes - echoed.Bytes, accepted.Nanoseconds);
        return table;
    }

    private static (double Bytes, double Nanoseconds) Bare(int rounds, bool echo)
    {
        using var router = new RouterSocket();
        var port = router.BindRandomPort("tcp://127.0.0.1");
        var taken = 0L;
        var frame = new Msg();
        frame.InitEmpty();
        router.ReceiveReady += (_, _) =>
        {
            for (var i = 0; i < Batch && router.TryReceive(ref frame, TimeSpan.Zero); i++)
            {
                taken++;
                for (var more = true; more;)
                {
                    more = frame.HasMore;
                    if (echo) router.TrySend(ref frame, TimeSpan.Zero, more);
                    if (more) router.TryReceive(ref frame, TimeSpan.Zero);
                }
            }
        };
        using var poller = new NetMQPoller { router };
        poller.RunAsync();
        return Rounds(rounds, poller, $"tcp://127.0.0.1:{port}", () => Volatile.Read(ref taken));
    }

    private static (double Bytes, double Nanoseconds) Star(int rounds, bool active)
    {
        var ports = FreePorts.Take(2);
        using var star = new BinaryStar(new BinaryStarOptions
        {
            Role = BinaryStarRole.Primary,
            LocalEndpoints = [$"tcp://127.0.0.1:{ports[0]}"],
            RemoteEndpoints = [$"tcp://127.0.0.1:{ports[1]}"],

            // The poller is held up while the requests arrive, and that must not pass for an interruption.
            HeartbeatInterval = TimeSpan.FromSeconds(4),
            FailoverTimeout = TimeSpan.FromHours(1),
        });
        var frame = new Msg();
        frame.InitEmpty();
        var voter = star.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Router, client =>
        {
            for (var more = true; more;)
            {
                client.TryReceive(ref frame, TimeSpan.Zero);
                more = frame.HasMore;
                client.TrySend(ref frame, TimeSpan.Zero, more);
            }
        });
        star.Start();
        if (active) MakeActive(star, ports[1]);
        return Rounds(rounds, star.Poller, voter, () => star.Status.VotesAccepted + star.Status.VotesRejected);
    }

    // A primary that has settled and hears a waiting backup serves.
    private static void MakeActive(BinaryStar star, int port)
    {
        using var peer = new PublisherSocket();
        peer.Bind($"tcp://127.0.0.1:{port}");
        Until.True(
            () =>
            {
                peer.SendFrame("2");
                Thread.Sleep(20);
                return star.State == BinaryStarState.Active;
            },
            Limit,
            () => "the node was active");
    }

    private static (double Bytes, double Nanoseconds) Rounds(int rounds, NetMQPoller poller, string endpoint, Func<long> taken)
    {
        using var client = new DealerSocket();
        client.Options.SendHighWatermark = 0;
        client.Options.ReceiveHighWatermark = 0;
        client.Connect(endpoint);

        // What a poller is given before it runs, it does on the thread that asks.
        Until.True(() => poller.IsRunning, Limit, () => "the poller ran");

        var bytes = new Sample();
        var nanoseconds = new Sample();
        for (var round = -2; round < rounds; round++) // two to warm up
        {
            var target = taken() + Requests;
            using var held = new ManualResetEventSlim();
            var (allocated, start) = (0L, 0L);
            poller.Run(() =>
            {
                held.Wait();
                allocated = GC.GetAllocatedBytesForCurrentThread();
                start = Stopwatch.GetTimestamp();
            });
            for (var i = 0; i < Requests; i++) client.SendFrame(new byte[Bytes]);
            Thread.Sleep(300); // for all of them to arrive
            held.Set();
            Until.True(() => taken() >= target, Limit, () => "all requests were taken");

            using var done = new ManualResetEventSlim();
            var time = Stopwatch.GetElapsedTime(start);
            poller.Run(() =>
            {
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                done.Set();
            });
            done.Wait();
            while (client.TrySkipFrame())
            {
            }

            if (round < 0) continue;
            bytes.Add((double)allocated / Requests);
            nanoseconds.Add(time.TotalNanoseconds / Requests);
        }

        return (bytes.Median, nanoseconds.Median);
    }
}
