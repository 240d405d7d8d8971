using System.Buffers.Binary;
using System.Diagnostics;
using HdrHistogram;
using NetMQ;
using NetMQ.Sockets;

namespace Benchmarks.Throughput;

/// <summary>
/// A client that keeps a window of requests outstanding: each answer, told by the time stamp in it, is sent back as the
/// next request. Cheap, so that it is the server that is measured.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly DealerSocket socket = new();
    private Msg frame;

    public LoadGenerator(string endpoint)
    {
        frame.InitEmpty();
        socket.Options.Linger = TimeSpan.Zero;
        socket.Options.SendHighWatermark = 0;
        socket.Options.ReceiveHighWatermark = 0;
        socket.Connect(endpoint);
    }

    /// <summary>Asks until there is an answer.</summary>
    public void WaitForAnswer(TimeSpan limit)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            if (Stopwatch.GetElapsedTime(start) > limit) throw new TimeoutException($"no answer for {limit.TotalSeconds} s");
            Send(sizeof(long));
        }
        while (!socket.TryReceive(ref frame, TimeSpan.FromMilliseconds(5)));

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
        var answers = 0L;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < window; i++) Send(size);

        var outstanding = window;
        var elapsed = TimeSpan.Zero;
        while (outstanding > 0 && socket.TryReceive(ref frame, Patience))
        {
            var now = Stopwatch.GetTimestamp();
            var content = frame.Slice();
            latencies.RecordValue(Math.Max(1, now - BinaryPrimitives.ReadInt64LittleEndian(content)));
            answers++;
            elapsed = Stopwatch.GetElapsedTime(start, now);
            if (elapsed >= duration)
            {
                outstanding--;
                continue;
            }

            BinaryPrimitives.WriteInt64LittleEndian(content, now);
            socket.TrySend(ref frame, TimeSpan.Zero, more: false);
        }

        return (answers, elapsed, outstanding);
    }

    /// <summary>Sends without waiting for any answer.</summary>
    public void Flood(int size, int count)
    {
        for (var i = 0; i < count; i++) Send(size);
    }

    /// <summary>Throws away what comes, until nothing has come for a while.</summary>
    public void Drain(TimeSpan silence)
    {
        while (socket.TryReceive(ref frame, silence))
        {
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        frame.Close();
    }

    private void Send(int size)
    {
        var request = new Msg();
        request.InitPool(size);
        BinaryPrimitives.WriteInt64LittleEndian(request.Slice(), Stopwatch.GetTimestamp());
        socket.TrySend(ref request, TimeSpan.Zero, more: false);
        request.Close();
    }
}
