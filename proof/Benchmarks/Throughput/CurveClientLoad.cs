using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Wire;

namespace Benchmarks.Throughput;

/// <summary>A DEALER with CURVE that keeps a window of requests outstanding, on a plain socket: it seals and opens each message as any client must.</summary>
internal sealed class CurveClientLoad : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 5000 };
    private readonly WireConnection wire;
    private readonly byte[] input = new byte[256 * 1024];
    private int held;

    public CurveClientLoad(string endpoint, byte[] serverKey)
    {
        var uri = new Uri(endpoint);
        wire = new WireConnection(
            SocketKind.Dealer, new CurveClient(Metadata.Write(SocketKind.Dealer, []), CurveKeyPair.New(), serverKey), new WireLimits(1024 * 1024, 8));
        var limit = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                socket.Connect(IPAddress.Parse(uri.Host), uri.Port);
                break;
            }
            catch (SocketException) when (limit.Elapsed < TimeSpan.FromSeconds(10))
            {
                Thread.Sleep(20);
            }
        }

        Send();
        while (!wire.IsReady)
        {
            Receive();
            Send();
        }
    }

    /// <summary>Keeps requests outstanding for a while.</summary>
    /// <returns>How many were answered a second.</returns>
    public double Run(int size, int window, TimeSpan duration)
    {
        var body = new byte[size];
        for (var i = 0; i < window; i++) wire.WriteFrame(body, more: false);
        Send();
        var start = Stopwatch.GetTimestamp();
        var answers = 0L;
        var outstanding = window;
        while (outstanding > 0)
        {
            var count = Receive();
            answers += count;
            var goesOn = Stopwatch.GetElapsedTime(start) < duration;
            for (var i = 0; i < count && goesOn; i++) wire.WriteFrame(body, more: false);
            if (!goesOn) outstanding -= count;
            Send();
        }

        return answers / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        socket.Dispose();
        wire.Dispose();
    }

    private int Receive()
    {
        var received = socket.Receive(input.AsSpan(held));
        if (received == 0) throw new InvalidOperationException($"the server closed the connection ({wire.Fault})");
        held += received;
        var (taken, frames) = (0, 0);
        while (true)
        {
            var item = wire.Read(input.AsSpan(taken, held - taken), out var frame);
            if (item == WireItem.Incomplete) break;
            if (item == WireItem.Fault) throw new InvalidOperationException($"the connection failed: {wire.Fault}");
            if (item == WireItem.Frame) frames++;
            taken += frame.Taken;
        }

        input.AsSpan(taken, held - taken).CopyTo(input);
        held -= taken;
        return frames;
    }

    private void Send()
    {
        while (wire.Output.Length > 0) wire.Output.Consume(socket.Send(wire.Output.Waiting));
    }
}
