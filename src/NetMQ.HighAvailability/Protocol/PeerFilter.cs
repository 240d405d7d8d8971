
namespace NetMQ.HighAvailability.Protocol;

/// <summary>What a frame from the state link is.</summary>
internal enum PeerFrame : byte
{
    Message,
    Garbage,
    Foreign, // of a peer whose messages are incompatible
    OtherArbiter, // of a peer that has an arbiter, or has none, unlike this node
}

/// <summary>
/// Reads the frames of one path, and ignores a peer that has proved to be one of the guide's Java or C++ reactors:
/// the former publishes its states as 0 to 3, so its 1 to 3 are other states than ours, the latter as four binary bytes. The
/// path is accepted again when it has been silent for <paramref name="forgetAfter"/>: then its peer was replaced.
/// </summary>
/// <param name="forgetAfter">After how much silence.</param>
/// <param name="hasArbiter">Whether the pair has an arbiter, as far as this node knows.</param>
internal sealed class PeerFilter(TimeSpan forgetAfter, bool hasArbiter)
{
    private TimeSpan? foreignAt; // when a frame last arrived from a foreign peer

    /// <summary>Takes the first frame of a message that arrived at <paramref name="now"/>; <paramref name="more"/>: others follow it.</summary>
    public PeerFrame Take(TimeSpan now, ReadOnlySpan<byte> frame, bool more, out PeerMessage message, out MandateStamp stamp)
    {
        (message, stamp) = (default, default);
        if (!(now - foreignAt < forgetAfter)) foreignAt = null;
        if (foreignAt is not null || (!more && (IsJavas(frame) || IsCppReactors(frame))))
        {
            foreignAt = now;
            return PeerFrame.Foreign;
        }

        if (more) return PeerFrame.Garbage;
        var isStamped = PeerMessageCodec.TryDecode(frame, out var stamped, out var decodedStamp);
        if (!isStamped && !PeerMessageCodec.TryDecode(frame, out stamped)) return PeerFrame.Garbage;
        if (isStamped != hasArbiter) return PeerFrame.OtherArbiter;
        (message, stamp) = (stamped, decodedStamp);
        return PeerFrame.Message;
    }

    private static bool IsJavas(ReadOnlySpan<byte> frame) => frame.SequenceEqual("0"u8);

    // An int of either byte order, with room for the events that share the numbering of its states.
    private static bool IsCppReactors(ReadOnlySpan<byte> frame) =>
        frame.Length == 4 && (frame[1] | frame[2]) == 0 && ((frame[0] == 0 && frame[3] <= 9) || (frame[3] == 0 && frame[0] <= 9));
}
