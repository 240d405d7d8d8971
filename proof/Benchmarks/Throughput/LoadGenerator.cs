using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HdrHistogram;
using NetMQ.HighAvailability.Wire;

namespace Benchmarks.Throughput;

/// <summary>
/// A DEALER that keeps a window of requests outstanding: each answer, told by the time stamp in it, is sent back as the next request,
/// in the bytes that it came in. Much cheaper than a client of NetMQ's or libzmq's, so that it is the server that is measured.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly IPEndPoint endpoint;
    private byte[] buffer = new byte[256 * 1024];
    private Socket? socket;
    private int held; // bytes of an answer that is not whole

    public LoadGenerator(string endpoint)
    {
        var uri = new Uri(endpoint);
        this.endpoint = new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port);
    }

    /// <summary>Asks until there is an answer.</summary>
    public void WaitForAnswer(TimeSpan limit)
    {
        var start = Stopwatch.GetTimestamp();
        Connect(limit);
        socket!.ReceiveTimeout = 5;
        var answered = false;
        do
        {
            if (Stopwatch.GetElapsedTime(start) > limit) throw new TimeoutException($"no answer for {limit.TotalSeconds} s");
            Flood(sizeof(long), 1);
            answered = Receive() > 0;
        }
        while (!answered);

        Drain(TimeSpan.FromMilliseconds(200));
    }

    /// <summary>Keeps requests outstanding for a while.</summary>
    /// <param name="size">The bytes of each.</param>
    /// <param name="window">How many.</param>
    /// <param name="duration">How long.</param>
    /// <param name="latencies">Takes the time from request to answer of each, in nanoseconds.</param>
    /// <returns>How many were answered, how long that took, and how many never were.</returns>
    public (long Answers, TimeSpan Elapsed, int Lost) Run(int size, int window, TimeSpan duration, LongHistogram latencies)
    {
        Connect(Patience);
        socket!.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        var answers = 0L;
        var start = Stopwatch.GetTimestamp();
        Flood(size, window);

        var outstanding = window;
        var elapsed = TimeSpan.Zero;
        while (outstanding > 0 && Receive() > 0)
        {
            var now = Stopwatch.GetTimestamp();
            elapsed = Stopwatch.GetElapsedTime(start, now);
            var whole = 0;
            var count = 0;
            while (TryFrame(buffer.AsSpan(whole, held - whole), out var header, out var length))
            {
                var content = buffer.AsSpan(whole + header, length);
                latencies.RecordValue(Math.Max(1, now - BinaryPrimitives.ReadInt64LittleEndian(content)));
                BinaryPrimitives.WriteInt64LittleEndian(content, now);
                whole += header + length;
                count++;
            }

            answers += count;
            if (elapsed >= duration) outstanding -= count;
            else SendAll(buffer.AsSpan(0, whole));
            buffer.AsSpan(whole, held - whole).CopyTo(buffer);
            held -= whole;
        }

        return (answers, elapsed, outstanding);
    }

    /// <summary>Sends without waiting for any answer.</summary>
    public void Flood(int size, int count)
    {
        Connect(Patience);
        var frame = new byte[FrameHeader.MaxBytes + size];
        var header = FrameHeader.Write(frame, size, more: false);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(header), Stopwatch.GetTimestamp());
        var chunk = new byte[(header + size) * Math.Min(count, Math.Max(1, 64 * 1024 / (header + size)))];
        for (var at = 0; at < chunk.Length; at += header + size) frame.AsSpan(0, header + size).CopyTo(chunk.AsSpan(at));
        for (var left = count * (header + size); left > 0; left -= chunk.Length) SendAll(chunk.AsSpan(0, Math.Min(left, chunk.Length)));
    }

    /// <summary>Throws away what comes, until nothing has come for a while.</summary>
    public void Drain(TimeSpan silence)
    {
        Connect(Patience);
        socket!.ReceiveTimeout = (int)silence.TotalMilliseconds;
        do held = 0;
        while (Receive() > 0);
    }

    public void Dispose() => socket?.Dispose();

    /// <summary>Connects and shakes hands; the connection then carries frames without any security.</summary>
    public static Socket? TryConnect(IPEndPoint endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(endpoint);
            using var wire = new WireConnection(SocketKind.Dealer, new NullMechanism(Metadata.Write(SocketKind.Dealer, [])), new WireLimits(1024, 1));
            var bytes = new byte[1024];
            var (read, end) = (0, 0);
            while (!wire.IsReady)
            {
                socket.Send(wire.Output.Waiting);
                wire.Output.Truncate(0);
                var received = socket.Receive(bytes.AsSpan(end));
                if (received == 0) throw new SocketException((int)SocketError.ConnectionReset);
                end += received;
                WireFrame frame;
                while (!wire.IsReady && wire.Read(bytes.AsSpan(read, end - read), out frame) is WireItem.Progress or WireItem.Ready) read += frame.Taken;
            }

            if (wire.Output.Length > 0) socket.Send(wire.Output.Waiting);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static bool TryFrame(ReadOnlySpan<byte> bytes, out int header, out int length)
    {
        (header, length) = (0, 0);
        if (!FrameHeader.TryRead(bytes, out var found) || bytes.Length - found.HeaderBytes < (int)found.BodyBytes) return false;
        (header, length) = (found.HeaderBytes, (int)found.BodyBytes);
        return true;
    }

    private void Connect(TimeSpan limit)
    {
        var start = Stopwatch.GetTimestamp();
        while ((socket ??= TryConnect(endpoint)) is null)
        {
            if (Stopwatch.GetElapsedTime(start) > limit) throw new TimeoutException($"no connection for {limit.TotalSeconds} s");
            Thread.Sleep(5);
        }
    }

    private int Receive()
    {
        if (held == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
        var received = socket!.Receive(buffer.AsSpan(held), SocketFlags.None, out _);
        held += received;
        return received;
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[socket!.Send(bytes)..];
    }
}
