using System.Diagnostics;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A pair of processes with few descriptors, or little memory: strangers cannot use them up.</summary>
public sealed class WireProcessTests(ITestOutputHelper output)
{
    private const int RequestFailed = 311;
    private const int Refused = 342;
    private const int GaveUpHandshake = 347;
    private const long MaxPeak = 450L << 20; // a heap of 256 MiB, and the runtime

    private static readonly TimeSpan Flooded = Endurance.Or(TimeSpan.FromSeconds(10));

    /// <summary>Each flood: what one of its threads does again and again, at the primary's voter and state port.</summary>
    public static TheoryData<string> Floods => [.. Attacks.Keys];

    private static Dictionary<string, (int Threads, Action<WireServer, Func<bool>> Run)> Attacks { get; } = new()
    {
        ["frames of 16 MiB that are announced"] = (12, (server, goesOn) =>
        {
            using var client = WireEnd.Client(server.Voter).Send(WireEnd.Announced(16 << 20));
            while (goesOn() && client.Socket.Poll(100_000, System.Net.Sockets.SelectMode.SelectRead) is false)
            {
            }
        }),
        ["frames of 16 MiB that do not end"] = (12, (server, goesOn) =>
        {
            using var client = WireEnd.Client(server.Voter).Send(WireEnd.Announced(16 << 20));
            var chunk = new byte[1 << 20];
            for (var sent = 0; sent < 15 && goesOn() && client.TrySend(chunk); sent++)
            {
            }

            while (goesOn() && !client.Socket.Poll(100_000, System.Net.Sockets.SelectMode.SelectRead))
            {
            }
        }),
        ["a message without an end"] = (4, (server, goesOn) =>
        {
            using var client = WireEnd.Client(server.Voter);
            var frame = WireEnd.Frame(new byte[100_000], more: true);
            while (goesOn() && client.TrySend(frame))
            {
            }
        }),
        ["clients that never read"] = (12, (server, goesOn) =>
        {
            using var client = WireEnd.Client(server.Voter);
            var request = WireEnd.Request(new byte[65_536]);
            while (goesOn() && client.TrySend(request))
            {
            }
        }),
        ["handshakes that do not end"] = (4, (server, goesOn) =>
        {
            var held = new Queue<WireEnd>();
            while (goesOn())
            {
                held.Enqueue(WireEnd.To(server.Voter).Send(0xFF));
                held.Enqueue(WireEnd.To(server.State).Send(WireEnd.Greeting()));
                while (held.Count > 2_000) held.Dequeue().Dispose();
            }

            foreach (var each in held) each.Dispose();
        }),
        ["twenty thousand subscriptions"] = (50, (server, goesOn) =>
        {
            using var subscriber = WireEnd.To(server.State);
            subscriber.Send([.. WireEnd.Greeting(), .. WireEnd.Ready("SUB"), .. Enumerable.Range(0, 20_000).SelectMany(i => WireEnd.Command("SUBSCRIBE", 9, (byte)i, (byte)(i >> 8)))]);
            while (goesOn() && !subscriber.Socket.Poll(100_000, System.Net.Sockets.SelectMode.SelectRead))
            {
            }
        }),
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public void In_256_MiB_a_pair_outlives(string flood)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs env, and /proc");
        var (primary, backup) = WireServer.StartedPair("env", "DOTNET_GCHeapHardLimit=0x10000000");
        using var one = primary;
        using var other = backup;
        using var honest = WireEnd.Client(primary.Voter);
        honest.Ask("before").Should().BeTrue();
        var clock = Stopwatch.StartNew();
        var (count, run) = Attacks[flood];
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            while (clock.Elapsed < Flooded)
            {
                try
                {
                    run(primary, () => clock.Elapsed < Flooded);
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
                {
                    // It was cut off in its handshake.
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());

        var (asked, early) = (0, 0L);
        for (; clock.Elapsed < Flooded; asked++)
        {
            honest.Ask("meanwhile").Should().BeTrue($"{primary}");
            if (early == 0 && clock.Elapsed > Flooded / 10) early = primary.Peak;
        }

        threads.ForEach(thread => thread.Join());

        asked.Should().BeGreaterThan(5);
        primary.HasLogged(RequestFailed).Should().BeFalse($"{primary}");
        primary.Peak.Should().BeLessThan(MaxPeak);
        output.WriteLine($"{flood}, {Flooded.TotalSeconds:F0} s: {asked} requests answered meanwhile, at most {primary.Peak >> 20} MiB, after a tenth of the time {early >> 20}");
        using var newcomer = WireEnd.Client(primary.Voter);
        newcomer.Ask("after").Should().BeTrue();
        primary.Process.State.Should().Be("active", $"{primary}");
        backup.Process.State.Should().Be("passive", $"{backup}");
    }

    [Fact]
    public void At_the_limit_of_open_files_newcomers_are_refused_and_the_pair_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a limit of open files");
        var (primary, backup) = WireServer.StartedPair("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh");
        using var one = primary;
        using var first = backup;
        using var honest = WireEnd.Client(primary.Voter);
        honest.Ask("before").Should().BeTrue();

        var (crowd, served) = (new List<WireEnd>(), 0);
        for (var i = 0; i < 400; i++)
        {
            crowd.Add(WireEnd.To(primary.Voter).Send([.. WireEnd.Greeting(), .. WireEnd.Ready("DEALER"), .. WireEnd.Request([], [1])]));
            if (crowd[^1].ReadBytes(64) is not null && crowd[^1].ReadFrame() is not null && crowd[^1].ReadMessage() is not null) served++;
        }

        served.Should().BeInRange(10, 250);
        Wait.Until(() => primary.HasLogged(Refused), "the refusal to be logged");
        honest.Ask("meanwhile").Should().BeTrue();

        // The peer returns in spite of them all.
        using var second = backup.Restarted();
        second.WaitFor("passive");
        primary.Process.State.Should().Be("active", $"{primary}");

        crowd.ForEach(each => each.Dispose());
        Wait.Until(
            () =>
            {
                using var newcomer = WireEnd.To(primary.Voter).Send([.. WireEnd.Greeting(), .. WireEnd.Ready("DEALER")]);
                return newcomer.ReadBytes(64) is not null && newcomer.ReadFrame() is not null && newcomer.Ask("after");
            },
            "newcomers to be served again");
    }

    [Fact]
    public void At_the_limit_of_open_files_a_crowd_without_handshakes_makes_room()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a limit of open files");
        var (primary, backup) = WireServer.StartedPair("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh");
        using var one = primary;
        using var other = backup;

        var crowd = Enumerable.Range(0, 400).Select(i => WireEnd.To(i % 2 == 0 ? primary.Voter : primary.State).Send(0xFF)).ToList();
        Wait.Until(() => IsServed(primary.Voter), "a newcomer to be served");
        Wait.Until(() => primary.HasLogged(GaveUpHandshake), "it to be logged");
        using var second = backup.Restarted();
        second.WaitFor("passive");
        primary.Process.State.Should().Be("active", $"{primary}");
        crowd.ForEach(each => each.Dispose());
    }

    // Like any client it tries again.
    private static bool IsServed(int voter)
    {
        try
        {
            using var newcomer = WireEnd.Client(voter);
            return newcomer.Ask("new");
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
