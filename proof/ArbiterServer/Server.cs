using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMQ;
using NetMQ.HighAvailability;

namespace ArbiterServer;

/// <summary>A node with an echo that signs its replies as EchoServer does, but for the term's number: there is the token instead.</summary>
internal sealed class Server
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly BinaryStarOptions options;
    private readonly BinaryStar star;
    private readonly string who;
    private string printed = "";
    private long lookedAt = Stopwatch.GetTimestamp();
    private long served;

    private Server(BinaryStarOptions options, BinaryStar star)
    {
        (this.options, this.star) = (options, star);
        who = $"{options.Role} {Environment.ProcessId}".ToLowerInvariant();
    }

    public static void Run(Settings settings)
    {
        using var logging = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.TimestampFormat = "HH:mm:ss.fff ";
            }));
        using var store = new Store(settings.Arbiter);
        settings.Options.Arbiter = store.Arbiter;
        using var star = new BinaryStar(settings.Options, logging.CreateLogger<BinaryStar>());
        new Server(settings.Options, star).Run(settings.Voter);
    }

    private void Run(string voter)
    {
        star.RegisterVoter(voter, ZmqSocketType.Router, Echo);
        star.StateChanged += (_, change) => Print(change.NewState, change.Reason);
        var look = new NetMQTimer(LookEvery);
        look.Elapsed += (_, _) => Look();
        star.Poller.Add(look);
        new Task(() => Print(star.State)).Start(star.Poller); // the first line: from now on it can be asked
        new Thread(Obey) { IsBackground = true, Name = "orders" }.Start();
        star.Run();
    }

    // On the node's thread, where state and term are of the same moment as the decision to accept.
    private void Echo(VoterSocket client)
    {
        var (token, at) = (star.Term?.FencingToken, Stopwatch.GetTimestamp());
        while (client.TryReceive(out var frame)) client.TrySend(frame, more: true);
        client.SendFrame($"{who} {token ?? 0} {++served} {at}");
    }

    private void Look()
    {
        // A node that has had no processor for so long gives up what it has, rightly: who judges it has to know.
        if (Stopwatch.GetElapsedTime(lookedAt) is var since && since > 2 * options.HeartbeatInterval)
            Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff} {options.Role} stalled {since.TotalMilliseconds:F0}".ToLowerInvariant());
        lookedAt = Stopwatch.GetTimestamp();
        Print(star.State);
    }

    // "12:00:00.123 primary active 17 peer reachable", whenever one of it has changed; with the reason, if it is the state.
    private void Print(BinaryStarState state, BinaryStarChangeReason? reason = null)
    {
        var arbiter = star.Status.Arbiter;
        var line = $"{options.Role} {state} {arbiter?.Token ?? 0} {arbiter?.ServesBy ?? BinaryStarMandate.None} {(arbiter?.Reachable ?? false ? "reachable" : "unreachable")}".ToLowerInvariant();
        if (line == printed) return;
        printed = line;
        Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff} {line} {reason}".TrimEnd().ToLowerInvariant());
    }

    // It ends with its input, and so with whoever started it.
    private void Obey()
    {
        while (Console.ReadLine() is { } order && order != "stop")
        {
            if (order == "handover") _ = HandOverAsync();
            else Console.Error.WriteLine($"There is no order '{order}'.");
        }

        star.Stop();
    }

    private async Task HandOverAsync() => await Console.Error.WriteLineAsync($"hand-over: {await star.HandOverAsync()}");
}
