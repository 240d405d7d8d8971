namespace NetMQ.HighAvailability;

/// <summary>
/// What an asynchronous handler answers: one frame, several, or nothing. It is not copied: what it is made from must not be written to any more.
/// </summary>
#pragma warning disable CA1815 // Nobody compares replies.
public readonly struct VoterReply
#pragma warning restore CA1815
{
    private static readonly ReadOnlyMemory<byte>[] OneEmptyFrame = [ReadOnlyMemory<byte>.Empty];

    private readonly ReadOnlyMemory<byte> payload;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>>? frames; // null: the payload, or nothing if that is empty

    /// <summary>A reply of one frame.</summary>
    /// <param name="payload">The frame; it may be empty.</param>
    public VoterReply(ReadOnlyMemory<byte> payload)
    {
        this.payload = payload;
        if (payload.IsEmpty) frames = OneEmptyFrame;
    }

    /// <summary>A reply of several frames.</summary>
    /// <param name="frames">The frames, at least one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="frames"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="frames"/> is empty.</exception>
    public VoterReply(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0) throw new ArgumentException($"A reply has at least one frame, which may be empty. To send none, return {nameof(VoterReply)}.{nameof(None)}.", nameof(frames));
        this.frames = frames;
    }

    /// <summary>No reply: nothing is sent, and a client that waits for one waits until its timeout.</summary>
    public static VoterReply None => default;

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => payload.IsEmpty && frames is null;

    /// <summary>The frames; none of <see cref="None"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Frames => frames ?? (payload.IsEmpty ? [] : [payload]);

    internal int FrameCount => frames is not null ? frames.Count : payload.IsEmpty ? 0 : 1;

    /// <summary>The size of all frames.</summary>
    internal long Bytes => frames is null ? payload.Length : frames.Sum(frame => (long)frame.Length);

    internal ReadOnlyMemory<byte> Frame(int index) => frames is null ? payload : frames[index];

    /// <summary>A reply of one frame.</summary>
    /// <param name="payload">The frame.</param>
    /// <exception cref="ArgumentNullException"><paramref name="payload"/> is null.</exception>
    public static implicit operator VoterReply(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return new(payload.AsMemory());
    }

    /// <summary>A reply of one frame.</summary>
    /// <param name="payload">The frame.</param>
    public static implicit operator VoterReply(ReadOnlyMemory<byte> payload) => new(payload);
}
