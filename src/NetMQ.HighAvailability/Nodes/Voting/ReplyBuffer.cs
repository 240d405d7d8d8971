namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>
/// Holds the frames of an outgoing message until its last one is there, and sends all of them at once: a message that is
/// never finished is never sent, and the next one does not continue it.
/// </summary>
internal sealed class ReplyBuffer
{
    // Room for more frames is released after the message that needed it.
    private const int KeptFrames = 64;

    private Msg[] frames = new Msg[8];

    /// <summary>How many frames are waiting for the last one.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of the first frame, if there is one.</summary>
    public ReadOnlySpan<byte> First => frames[0].Slice();

    /// <summary>Takes a frame that is not the last; <paramref name="msg"/> is empty afterwards.</summary>
    /// <exception cref="ArgumentException">The message is not initialised.</exception>
    public void Add(ref Msg msg)
    {
        if (!msg.IsInitialised) throw new ArgumentException("The frame is not initialised: call one of Msg's Init methods before sending it.", nameof(msg));
        if (Count == frames.Length) Array.Resize(ref frames, 2 * Count);

        // Not by Msg.Move, which returns the frame's reference counter to NetMQ's pool although the counter moves too.
        frames[Count++] = msg;
        msg = default;
        msg.InitEmpty();
    }

    /// <summary>Sends the held frames, and <paramref name="last"/>. Afterwards no frames are held, and <paramref name="last"/> is empty.</summary>
    /// <returns>False if the socket did not take the message.</returns>
    /// <exception cref="HostUnreachableException">A mandatory ROUTER has no such client.</exception>
    public bool TrySend(NetMQSocket socket, ref Msg last)
    {
        try
        {
            for (var i = 0; i < Count; i++)
            {
                if (!socket.TrySend(ref frames[i], TimeSpan.Zero, more: true)) return false;
            }

            return socket.TrySend(ref last, TimeSpan.Zero, more: false);
        }
        finally
        {
            Clear();
            last.Close();
            last.InitEmpty();
        }
    }

    /// <summary>Discards the held frames.</summary>
    public void Clear()
    {
        for (var i = 0; i < Count; i++) frames[i].Close();
        Count = 0;
        if (frames.Length > KeptFrames) frames = new Msg[KeptFrames];
    }
}
