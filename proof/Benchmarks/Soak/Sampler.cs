using System.Diagnostics;
using Benchmarks.Common;

namespace Benchmarks.Soak;

/// <summary>Looks at all three processes, and at what the load has seen, again and again on a thread of its own.</summary>
internal sealed class Sampler : IDisposable
{
    private readonly EchoPair pair;
    private readonly Load load;
    private readonly TimeSpan every;
    private readonly Thread thread;
    private readonly ManualResetEventSlim stop = new();
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly List<Moment> moments = [];

    public Sampler(EchoPair pair, Load load, TimeSpan every)
    {
        (this.pair, this.load, this.every) = (pair, load, every);
        thread = new Thread(Run) { IsBackground = true, Name = "sampler" };
        thread.Start();
    }

    /// <summary>Since the soak began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(started);

    /// <summary>To be read after <see cref="Stop"/>.</summary>
    public IReadOnlyList<Moment> Moments => moments;

    public void Stop()
    {
        stop.Set();
        thread.Join();
    }

    public void Dispose()
    {
        Stop();
        stop.Dispose();
    }

    private void Run()
    {
        load.TakeLatencies();
        load.SampleGap.Take();
        var (last, answered, promotions, lost) = (Now, load.Answered, Promotions(), load.Lost);
        for (var due = every; !stop.Wait(due > Now ? due - Now : TimeSpan.Zero); due += every)
        {
            var latencies = load.TakeLatencies();
            var (now, nowAnswered, nowPromotions, nowLost) = (Now, load.Answered, Promotions(), load.Lost);
            moments.Add(new Moment(
                now, Vitals.Read(pair.Nodes[0].Id), Vitals.Read(pair.Nodes[1].Id), Vitals.Read(Environment.ProcessId),
                (nowAnswered - answered) / (now - last).TotalSeconds, latencies.GetValueAtPercentile(50), latencies.GetValueAtPercentile(99),
                load.SampleGap.Take(), nowPromotions - promotions, nowLost - lost));
            (last, answered, promotions, lost) = (now, nowAnswered, nowPromotions, nowLost);
        }
    }

    private int Promotions() => pair.Nodes.Sum(node => node.Promotions);
}
