using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Transport;

/// <summary>
/// The node's ear for its own words: each is also sent to the node itself, over a connection on this machine. It comes
/// back if NetMQ's I/O thread and the thread pool that serves it come to run, and without them a node is deaf and mute
/// though its loop goes on. On the poller's thread only.
/// </summary>
internal sealed class Loopback : IDisposable
{
    // A pair takes one connection, so nobody else gets in between.
    private readonly PairSocket mouth;
    private readonly PairSocket ear;
    private Msg inbound;
    private long said;
    private long returned;

    /// <exception cref="EndpointException">There is no port for it.</exception>
    public Loopback()
    {
        inbound.InitEmpty();
        mouth = new PairSocket();
        try
        {
            ear = new PairSocket();
            mouth.Options.Linger = TimeSpan.Zero;
            ear.Options.MaxMsgSize = 256; // the words are shorter, NetMQ's handshake is not
            Endpoints.Bind(ear, "tcp://127.0.0.1:0", "loopback endpoint");
            mouth.Connect(ear.Options.LastEndpoint!);
        }
        catch
        {
            mouth.Dispose();
            ear?.Dispose();
            throw;
        }
    }

    /// <summary>Says what was said at <paramref name="turn"/>. Never blocks.</summary>
    public void Say(TimeSpan turn)
    {
        var msg = default(Msg);
        msg.InitPool(sizeof(long));
        BitConverter.TryWriteBytes(msg.Slice(), turn.Ticks);
        if (mouth.TrySend(ref msg, TimeSpan.Zero, more: false)) said = turn.Ticks;
        msg.Close();
    }

    /// <summary>The turn of the newest word that has come back.</summary>
    public TimeSpan Listen()
    {
        // To look costs a system call: only while there is something to come.
        while (returned < said && ear.TryReceive(ref inbound, TimeSpan.Zero))
        {
            if (inbound.Size != sizeof(long)) continue;
            var turn = BitConverter.ToInt64(inbound.Slice());
            if (turn <= said) returned = turn;
        }

        return TimeSpan.FromTicks(returned);
    }

    public void Dispose()
    {
        inbound.Close();
        try
        {
            mouth.Dispose();
        }
        finally
        {
            ear.Dispose();
        }
    }
}
