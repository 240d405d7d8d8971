using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A server that does whatever a test wants: a bare ROUTER in a node's place, with a thread of its own.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly RouterSocket socket = new();
    private readonly Thread thread;
    private volatile bool stopped;

    /// <param name="port">Where to bind.</param>
    /// <param name="serve">Gets each request with all its frames, and what sends a message; null: an echo.</param>
    /// <param name="address">Of this machine.</param>
    public RawServer(int port, Action<NetMQMessage, Action<NetMQMessage>>? serve = null, string address = "127.0.0.1")
    {
        Port = port;
        serve ??= (request, send) => send(request);
        Endpoint = $"tcp://{address}:{port}";
        socket.Options.Linger = TimeSpan.Zero;
        socket.Options.SendHighWatermark = 0; // of 1,000 replies and one more NetMQ drops one, if its own thread is slow
        Wait.Until(() => TryBind(Endpoint), $"{Endpoint} to be free");
        thread = new Thread(() =>
        {
            var message = new NetMQMessage();
            while (!stopped)
            {
                if (!socket.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(5), ref message)) continue;
                Executed.Enqueue(message.Last.ConvertToString());
                serve(message, reply => socket.TrySendMultipartMessage(reply));
                message = new NetMQMessage();
            }

            socket.Dispose();
        });
        thread.Start();
    }

    public int Port { get; }

    public string Endpoint { get; }

    /// <summary>The payload of every request that came, in order.</summary>
    public ConcurrentQueue<string> Executed { get; } = new();

    public int Times(string payload) => Executed.Count(executed => executed == payload);

    /// <summary>Takes requests and answers none.</summary>
    public static RawServer Silent() => new(Ports.Free(), (_, _) => { });

    /// <summary>A reply in <paramref name="request"/>'s envelope (identity, id, empty frame).</summary>
    public static NetMQMessage Reply(NetMQMessage request, params byte[][] payload) =>
        new([.. request.Take(3), .. payload.Select(frame => new NetMQFrame(frame))]);

    public void Dispose()
    {
        stopped = true;
        if (Thread.CurrentThread != thread) thread.Join();
    }

    /// <summary>From within its own handler: dies with what it has not answered.</summary>
    public void Die() => stopped = true;

    private bool TryBind(string endpoint)
    {
        try
        {
            socket.Bind(endpoint);
            return true;
        }
        catch (AddressAlreadyInUseException)
        {
            return false;
        }
    }
}
