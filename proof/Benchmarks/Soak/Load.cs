using System.Buffers.Binary;
using System.Diagnostics;
using Benchmarks.Common;
using HdrHistogram;
using NetMQ.HighAvailability;

namespace Benchmarks.Soak;

/// <summary>Callers of one client in this process that never rest, each of which looks at its every answer.</summary>
internal sealed class Load : IDisposable
{
    private const int PayloadBytes = 64;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly BinaryStarClient client;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] callers;
    private readonly Lock gate = new();
    private LongHistogram current = NewHistogram();
    private LongHistogram spare = NewHistogram();
    private long answered;
    private long lost;
    private long wrong;

    public Load(EchoPair pair, int count)
    {
        client = pair.NewClient(count);
        callers = [.. Enumerable.Range(0, count).Select(caller => Task.Run(() => Ask(caller)))];
    }

    /// <summary>Requests answered, and rightly.</summary>
    public long Answered => Volatile.Read(ref answered);

    /// <summary>Whose answer came last.</summary>
    public string? CurrentServer => client.CurrentServer;

    /// <summary>Requests that ended without an answer.</summary>
    public long Lost => Volatile.Read(ref lost);

    /// <summary>Without an answer for anyone, from sample to sample.</summary>
    public GapWatch SampleGap { get; } = new();

    /// <summary>The same from fault to fault.</summary>
    public GapWatch FaultGap { get; } = new();

    /// <summary>The latencies since the last call, in microseconds; valid until the next.</summary>
    public LongHistogram TakeLatencies()
    {
        lock (gate) (current, spare) = (spare, current);
        current.Reset();
        return spare;
    }

    public void WaitForAnswer() => Until.True(() => Answered > 0, Limit, () => "a request was answered");

    /// <summary>Waits for the last answers.</summary>
    public void Stop()
    {
        stop.Cancel();
        Task.WaitAll(callers);
    }

    /// <summary>What no request may come to.</summary>
    public IEnumerable<string> Troubles()
    {
        if (Lost > 0) yield return $"{Lost} requests lost";
        if (wrong > 0) yield return $"{wrong} requests answered wrongly";
    }

    public void Dispose()
    {
        stop.Cancel();
        client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        stop.Dispose();
    }

    private static LongHistogram NewHistogram() => new((long)TimeSpan.FromMinutes(1).TotalMicroseconds, 3);

    private async Task Ask(int caller)
    {
        var request = new byte[PayloadBytes];
        Random.Shared.NextBytes(request);
        BinaryPrimitives.WriteInt32LittleEndian(request, caller);
        for (long number = 0; !stop.IsCancellationRequested; number++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(request.AsSpan(sizeof(int)), number);
            var asked = Stopwatch.GetTimestamp();
            try
            {
                var reply = await client.RequestAsync(request, CancellationToken.None);
                Note(Stopwatch.GetElapsedTime(asked), isRight: reply.AsSpan().SequenceEqual(request));
            }
            catch (RequestTimeoutException)
            {
                Interlocked.Increment(ref lost);
            }
            catch (InvalidReplyException)
            {
                Interlocked.Increment(ref wrong);
            }
        }
    }

    private void Note(TimeSpan latency, bool isRight)
    {
        SampleGap.Answered();
        FaultGap.Answered();
        if (isRight) Interlocked.Increment(ref answered);
        else Interlocked.Increment(ref wrong);
        lock (gate) current.RecordValue(Math.Max(1, (long)latency.TotalMicroseconds));
    }
}
