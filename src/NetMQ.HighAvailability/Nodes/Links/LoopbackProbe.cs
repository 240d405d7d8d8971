using NetMQ.HighAvailability.Common;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// The node's receiver for its own words: each is also sent to the node itself, over a connection on this machine. It comes
/// back if NetMQ's I/O thread and the thread pool that serves it come to run, and without them a node is deaf and mute
/// though its loop goes on. On the poller's thread only.
/// </summary>
internal sealed class LoopbackProbe : IDisposable
{
    // A pair takes one connection, so nobody else gets in between.
    private readonly PairSocket sender;
    private readonly PairSocket receiver;
    private Msg inbound;
    private long said;
    private long returned;

    /// <exception cref="EndpointException">There is no port for it.</exception>
    public LoopbackProbe()
    {
        inbound.InitEmpty();
        sender = new PairSocket();
        try
        {
            receiver = new PairSocket();
            sender.Options.Linger = TimeSpan.Zero;
            receiver.Options.MaxMsgSize = 256; // the words are shorter, NetMQ's handshake is not
            EndpointBinder.Bind(receiver, "tcp://127.0.0.1:0", "loopback endpoint");
            sender.Connect(receiver.Options.LastEndpoint!);
        }
        catch
        {
            sender.Dispose();
            receiver?.Dispose();
            throw;
        }
    }

    /// <summary>Says what was said at <paramref name="turn"/>. Never blocks.</summary>
    public void Send(TimeSpan turn)
    {
        var msg = default(Msg);
        msg.InitPool(sizeof(long));
        BitConverter.TryWriteBytes(msg.Slice(), turn.Ticks);
        if (sender.TrySend(ref msg, TimeSpan.Zero, more: false)) said = turn.Ticks;
        msg.Close();
    }

    /// <summary>The turn of the newest word that has come back.</summary>
    public TimeSpan Receive()
    {
        // To look costs a system call: only while there is something to come.
        while (returned < said && receiver.TryReceive(ref inbound, TimeSpan.Zero))
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
            sender.Dispose();
        }
        finally
        {
            receiver.Dispose();
        }
    }
}
