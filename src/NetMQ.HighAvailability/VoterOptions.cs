using NetMQ.HighAvailability.Connections;
using static NetMQ.HighAvailability.Common.OptionChecks;

namespace NetMQ.HighAvailability;

/// <summary>How an asynchronous handler is given its requests. For faults of the handler see <see cref="BinaryStarOptions.HandlerFaults"/>.</summary>
public sealed class VoterOptions
{
    private const int MaxPlaces = 100_000;
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    /// <summary>
    /// How many requests may be accepted and unanswered at a time; further ones wait in the socket. At most so many handlers run at once. Large requests
    /// wait sooner: together they may have 256 MiB, or an eighth of the process's memory if that is less.
    /// Default 64; from 1 to 100,000.
    /// </summary>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>
    /// Whether the handler is started on the poller's thread, and runs there until its first <see langword="await"/> that waits. It must then not
    /// block: that holds up the whole node. It saves the way to the thread pool and, for what is answered at once, back. Default <see langword="false"/>.
    /// </summary>
    public bool StartOnPollerThread { get; set; }

    /// <summary>
    /// Whether the requests of one connection are handled one at a time, in the order in which they arrived. One that waits for its turn
    /// takes a place meanwhile. Default <see langword="false"/>: all callers of a <see cref="BinaryStarClient"/> share one connection.
    /// </summary>
    public bool OrderPerClient { get; set; }

    /// <summary>
    /// How long a hand-over and a stop wait for the requests in progress, while this node is still active and accepts no others. What is not
    /// answered then is cancelled. Default 1 s; from zero to 1 hour. It should be well below the clients' own timeout
    /// (<see cref="BinaryStarClientOptions.ServerTimeout"/>, 2 s), for whoever sends meanwhile waits as long.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After how long the handler's token is cancelled, which then counts as a fault of the handler. Default <see langword="null"/>: only with the
    /// term; otherwise from 1 ms to 1 hour. A handler that ignores its token keeps its place until it returns.
    /// </summary>
    public TimeSpan? HandlerTimeout { get; set; }

    /// <summary>
    /// How many replies are remembered, to answer a request that a <see cref="BinaryStarClient"/> sends again without executing it again; a
    /// request that comes again while it is in progress is not started a second time either. Default 0, none; to 10,000,000. The other node
    /// does not know them: for what must never be executed twice see <see cref="VoterRequest.Id"/>.
    /// </summary>
    public int RememberedReplies { get; set; }

    /// <summary>How many bytes the remembered replies may have together. The oldest are forgotten first. Default 16 MiB; from 0 to 2^40.</summary>
    public long RememberedBytes { get; set; } = 16L * 1024 * 1024;

    /// <summary>How many bytes the requests in progress may have together; beyond it further ones wait in the socket, as if all places were taken.</summary>
    internal long MaxBytes { get; set; } = PortSettings.MostMemory;

    /// <summary>Checks all options, as <see cref="BinaryStar.RegisterVoter(string, Func{VoterRequest, CancellationToken, ValueTask{VoterReply}}, VoterOptions)"/> does.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        if (MaxConcurrency is < 1 or > MaxPlaces)
            throw OutOfRange(nameof(MaxConcurrency), MaxConcurrency, "must be from 1 to 100,000");
        if (DrainTimeout < TimeSpan.Zero || DrainTimeout > LongestTimeout)
            throw OutOfRange(nameof(DrainTimeout), DrainTimeout, $"must be from zero (no waiting) to {LongestTimeout}");
        if (HandlerTimeout < TimeSpan.FromMilliseconds(1) || HandlerTimeout > LongestTimeout)
            throw OutOfRange(nameof(HandlerTimeout), HandlerTimeout, $"must be from 1 ms to {LongestTimeout}, or null for none");
        if (RememberedReplies is < 0 or > 10_000_000)
            throw OutOfRange(nameof(RememberedReplies), RememberedReplies, "must be from 0 (none) to 10,000,000");
        if (RememberedBytes is < 0 or > 1L << 40)
            throw OutOfRange(nameof(RememberedBytes), RememberedBytes, "must be from 0 to 2^40");
    }

    /// <summary>The options as they are now.</summary>
    internal VoterOptions Copy() => (VoterOptions)MemberwiseClone();
}
