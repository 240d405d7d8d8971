using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HdrHistogram;
using NetMQ.HighAvailability.Wire;

namespace Benchmarks.Throughput;

/// <summary>Many clients of one server, each with a connection: idle, or with one request outstanding each.</summary>
internal sealed class ManyClients : IDisposable
{
    private const int Bytes = 64;

    private readonly List<Socket> sockets = [];
    private readonly byte[] frame = new byte[2 + Bytes];

    public ManyClients(string endpoint, int count)
    {
        var uri = new Uri(endpoint);
        var address = new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port);
        FrameHeader.Write(frame, Bytes, more: false);
        while (sockets.Count < count)
        {
            var socket = LoadGenerator.TryConnect(address) ?? throw new InvalidOperationException($"{endpoint} takes no more than {sockets.Count} connections");
            socket.ReceiveTimeout = 5000;
            sockets.Add(socket);
        }
    }

    /// <summary>All clients ask at once, and wait for their answers; again and again.</summary>
    /// <returns>How many were answered, and how long that took.</returns>
    public (long Answers, TimeSpan Elapsed) Run(TimeSpan duration, LongHistogram latencies)
    {
        var answers = 0L;
        var start = Stopwatch.GetTimestamp();
        var reply = new byte[frame.Length];
        do
        {
            foreach (var socket in sockets)
            {
                BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(2), Stopwatch.GetTimestamp());
                socket.Send(frame);
            }

            foreach (var socket in sockets)
            {
                for (var received = 0; received < reply.Length;) received += socket.Receive(reply.AsSpan(received));
                latencies.RecordValue(Math.Max(1, Stopwatch.GetTimestamp() - BinaryPrimitives.ReadInt64LittleEndian(reply.AsSpan(2))));
                answers++;
            }
        }
        while (Stopwatch.GetElapsedTime(start) < duration);

        return (answers, Stopwatch.GetElapsedTime(start));
    }

    public void Dispose() => sockets.ForEach(socket => socket.Dispose());
}
