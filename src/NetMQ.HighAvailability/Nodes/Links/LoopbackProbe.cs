using NetMQ.HighAvailability.Common;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// Detects stalled I/O: each state message is also sent to this node itself, over a loopback connection. It returns only if
/// NetMQ's I/O thread and the thread pool behind it run; without them the node can neither send nor receive although its
/// loop is running. On the poller's thread only.
/// </summary>
internal sealed class LoopbackProbe : IDisposable
{
    // A PAIR socket accepts only one connection, so nobody else can get in between.
    private readonly PairSocket sender;
    private readonly PairSocket receiver;
    private Msg inbound;
    private long said;
    private long returned;

    /// <exception cref="EndpointException">No port is available.</exception>
    public LoopbackProbe()
    {
        inbound.InitEmpty();
        sender = new PairSocket();
        try
        {
            receiver = new PairSocket();
            sender.Options.Linger = TimeSpan.Zero;
            receiver.Options.MaxMsgSize = 256; // the messages are shorter, but NetMQ's handshake is not
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

    /// <summary>Sends a message marked with the turn it was published in. Never blocks.</summary>
    public void Send(TimeSpan turn)
    {
        var msg = default(Msg);
        msg.InitPool(sizeof(long));
        BitConverter.TryWriteBytes(msg.Slice(), turn.Ticks);
        if (sender.TrySend(ref msg, TimeSpan.Zero, more: false)) said = turn.Ticks;
        msg.Close();
    }

    /// <summary>The turn of the newest message that has returned.</summary>
    public TimeSpan Receive()
    {
        // Polling costs a system call: only while a message is outstanding.
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
