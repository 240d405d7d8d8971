using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// Has a second node lose its peer and take over, once per process, on its own thread and loopback sockets, while the real
/// one settles. Code that runs for the first time must be loaded and compiled; in a takeover without warm-up that takes
/// longer than everything else between a crash and the successor's first answer. If it fails, the node does without.
/// </summary>
internal static class WarmUp
{
    private const string Loopback = "127.0.0.1";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private static int begun;

    /// <summary>Starts it in the background, unless it was started before or everything is compiled already.</summary>
    /// <param name="arbiter">Whether the node has one: then the second has one too, in its memory.</param>
    public static void Begin(bool arbiter)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled) return;
        if (Interlocked.Exchange(ref begun, 1) == 1) return;
        new Thread(() => Safely.Run(() => TakeOver(arbiter))) { IsBackground = true, Name = "BinaryStar warm-up" }.Start();
    }

    /// <returns>Whether the node took over in time.</returns>
    internal static bool TakeOver(bool arbiter)
    {
        using var poller = new NetMQPoller();
        using var peer = new XPublisherSocket();
        var remote = new TcpEndpoint(Loopback, peer.BindRandomPort($"tcp://{Loopback}"));
        var active = arbiter ? StampedActive() : PeerMessageCodec.Encode(PeerMessage.Active);
        peer.ReceiveReady += (_, _) => peer.SendFrame(active);

        var timing = Timing.From(Heartbeat, 4 * Heartbeat);
        var options = new BinaryStarOptions { Role = BinaryStarRole.Backup, FailoverTimeout = timing.Failover, VoterMaxRequestBytes = 1024, Arbiter = arbiter ? new Register() : null };
        var engine = new PairEngine(options.Role, timing, options.DualActivePolicy, options.ToMandate());
        using var loop = new NodeLoop(
            poller, engine, timing, [], [remote], HostResolver.LookUpAsync, keys: null, options.Arbiter, nameof(WarmUp), detectCrash: true, HandlerFaultPolicy.EndNode, TimeProvider.System,
            BackgroundLogger.Before(new DiscardingLogger()), metrics: null,
            raise: change =>
            {
                if (change.Transition.To == BinaryStarState.Passive) poller.RemoveAndDispose(peer);
            },
            requestFailed: _ => { },
            ended: _ => poller.Stop());
        var voter = loop.Listen(new TcpEndpoint(Loopback, 0), options.ToVoterSettings(NullLogger.Instance));
        var asked = new VoterSocket(voter);
        voter.Handler = () => Echo(asked);
        loop.Use(voter);

        using var client = new DealerSocket(voter.Endpoint);
        client.ReceiveReady += (_, _) => poller.Stop();
        var ask = new NetMQTimer(Heartbeat / 8);
        ask.Elapsed += (_, _) => client.SendFrameEmpty();
        var bound = new NetMQTimer(Bound);
        bound.Elapsed += (_, _) => poller.Stop();

        poller.Add(peer);
        poller.Add(client);
        poller.Add(ask);
        poller.Add(bound);
        loop.Begin();
        poller.Run();
        return loop.Status.State == BinaryStarState.Active;
    }

    private static byte[] StampedActive()
    {
        var frame = new byte[PeerMessageCodec.StampedBytes];
        PeerMessageCodec.Encode(frame, PeerMessage.Active, new MandateStamp(1, TimeSpan.Zero, 0, TimeSpan.Zero, BinaryStarMandate.Lease));
        return frame;
    }

    private static void Echo(VoterSocket client)
    {
        var frame = default(Msg);
        frame.InitEmpty();
        bool more;
        do
        {
            client.Receive(ref frame);
            more = frame.HasMore;
            client.Send(ref frame, more);
        }
        while (more);
    }

    // The record of one pair, for one writer.
    private sealed class Register : IArbiter
    {
        private ArbiterRecord? record;

        public string Name => "memory";

        public Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken) => Task.FromResult(record);

        public Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken)
        {
            if (record?.Version != expectedVersion) return Task.FromResult<string?>(null);
            record = new ArbiterRecord(Guid.NewGuid().ToString(), claim);
            return Task.FromResult<string?>(record.Version);
        }
    }

    // Warms up the logging path; the output is discarded.
    private sealed class DiscardingLogger : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }
    }
}
