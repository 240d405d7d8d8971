using BenchmarkDotNet.Attributes;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Protocol;

namespace Benchmarks.Micro;

/// <summary>What the core costs a request, a turn, and a message of the peer. No socket, no thread.</summary>
[MemoryDiagnoser]
public class EngineBenchmarks : IPairShell
{
    private static readonly TimeSpan Step = TimeSpan.FromTicks(10); // a microsecond: a busy loop's turns

    private readonly byte[] frame = "4"u8.ToArray();
    private PairEngine active = null!;
    private PairEngine passive = null!;
    private TimeSpan now;
    private PeerMessage? waiting;

    [GlobalSetup]
    public void Setup()
    {
        var timing = Timing.From(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2));
        active = new PairEngine(BinaryStarRole.Primary, timing, DualActivePolicy.BackupYields);
        passive = new PairEngine(BinaryStarRole.Backup, timing, DualActivePolicy.BackupYields);
        active.Start(TimeSpan.Zero);
        passive.Start(TimeSpan.Zero);

        // Past the settling, in turns that are short enough not to be taken for interruptions.
        for (now = TimeSpan.Zero; now < TimeSpan.FromSeconds(1); now += TimeSpan.FromMilliseconds(50)) Turn(active, PeerMessage.BackupWaiting);
        Turn(passive, PeerMessage.Active);
        if (active.State != BinaryStarState.Active || passive.State != BinaryStarState.Passive) throw new InvalidOperationException("The engines are not where they should be.");
    }

    [Benchmark(Description = "vote, active")]
    public bool VoteActive() => active.Vote(now, this);

    [Benchmark(Description = "vote, passive")]
    public bool VotePassive() => passive.Vote(now, this);

    [Benchmark(Description = "turn with one vote, active")]
    public bool TurnWithVote()
    {
        now += Step;
        return Turn(active, null) | active.Vote(now, this);
    }

    [Benchmark(Description = "turn with one peer message, active")]
    public bool TurnWithMessage()
    {
        now += Step;
        return Turn(active, PeerMessage.Passive);
    }

    [Benchmark(Description = "decode a peer message")]
    public bool Decode() => PeerMessageCodec.TryDecode(frame, out _);

    [Benchmark(Description = "encode a peer message")]
    public int Encode() => PeerMessageCodec.Encode(PeerMessageCodec.Of(BinaryStarRole.Primary, active.State)).Length;

    [Benchmark(Description = "state machine, one step")]
    public int Next() => (int)StateMachine.Next(BinaryStarRole.Primary, active.State, PairInput.PeerPassive).Next;

    TimeSpan IPairShell.Now => now;

    bool IPairShell.IsDrained => true;

    bool IPairShell.TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        stamp = default;
        message = waiting.GetValueOrDefault();
        var any = waiting is not null;
        waiting = null;
        return any;
    }

    void IPairShell.Purge()
    {
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult result)
    {
    }

    void IPairShell.Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
    }

    void IPairShell.Apply(Transition transition)
    {
    }

    private bool Turn(PairEngine engine, PeerMessage? message)
    {
        waiting = message;
        return engine.Turn(now, subscriberCame: false, this);
    }
}
