using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A node whose asynchronous handler the test holds in its hands: each request waits until the test ends it.</summary>
internal sealed class AsyncNode : IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<VoterReply>> waiting = new();
    private AsyncNode? peer;

    public AsyncNode(BinaryStarRole role, PairPorts ports, VoterOptions? voter = null, Action<BinaryStarOptions>? configure = null, bool obeys = true)
    {
        voter ??= new VoterOptions();
        Node = new TestNode(role, ports, TestNode.Calm + configure, registerVoter: star => star.RegisterVoter(ports.VoterEndpoint(role), HandleAsync, voter));
        Obeys = obeys;
    }

    public TestNode Node { get; }

    public BinaryStar Star => Node.Star;

    /// <summary>Whether handlers end when their token is cancelled.</summary>
    public bool Obeys { get; }

    /// <summary>The requests in the order in which they were started.</summary>
    public ConcurrentQueue<VoterRequest> Requests { get; } = new();

    public IEnumerable<string> Started => Requests.Select(TextOf);

    public ConcurrentQueue<string> Cancelled { get; } = new();

    public static string TextOf(VoterRequest request) => System.Text.Encoding.UTF8.GetString(request.Payload.Span);

    /// <summary>The active node of a pair, whose passive one ends with it.</summary>
    public static AsyncNode Active(VoterOptions? voter = null, Action<BinaryStarOptions>? configure = null)
    {
        var (active, passive) = Pair(voter, configure: configure);
        active.peer = passive;
        return active;
    }

    /// <summary>A pair of which the primary is active.</summary>
    public static (AsyncNode Active, AsyncNode Passive) Pair(VoterOptions? voter = null, bool obeys = true, Action<BinaryStarOptions>? configure = null)
    {
        var ports = PairPorts.New();
        var primary = new AsyncNode(BinaryStarRole.Primary, ports, voter, configure, obeys);
        var backup = new AsyncNode(BinaryStarRole.Backup, ports, voter, configure, obeys);
        primary.Node.Started();
        backup.Node.Started();
        primary.Node.WaitFor(BinaryStarState.Active);
        backup.Node.WaitFor(BinaryStarState.Passive);
        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the primary to know its peer as passive");
        return (primary, backup);
    }

    /// <summary>Has a request's handler return; false if none such is waiting.</summary>
    public bool End(string text, VoterReply? reply = null) =>
        waiting.TryRemove(text, out var source) && source.TrySetResult(reply ?? System.Text.Encoding.UTF8.GetBytes(text));

    public void WaitForStart(params string[] texts) => Wait.Until(() => texts.All(Started.Contains), $"{string.Join(", ", texts)} to be started; are {string.Join(", ", Started)}");

    public bool Fail(string text, Exception fault) => waiting.TryRemove(text, out var source) && source.TrySetException(fault);

    public void Dispose()
    {
        Node.Dispose();
        peer?.Dispose();
    }

    private async ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellation)
    {
        var text = TextOf(request);
        var source = waiting.AddOrUpdate(text, _ => New(), (_, earlier) => earlier.Task.IsCompleted ? New() : earlier); // requests of one text end together
        await using var registration = cancellation.Register(() =>
        {
            Cancelled.Enqueue(text);
            if (Obeys) source.TrySetCanceled(cancellation);
        });
        Requests.Enqueue(request);
        return await source.Task;
    }

    private static TaskCompletionSource<VoterReply> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
