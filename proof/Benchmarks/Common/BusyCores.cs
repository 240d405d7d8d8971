namespace Benchmarks.Common;

/// <summary>A loop at normal priority for each core, that does nothing, as fast as it can.</summary>
internal sealed class BusyCores : IDisposable
{
    private readonly Thread[] threads;
    private volatile bool done;

    public BusyCores()
    {
        threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Spin) { IsBackground = true, Name = "busy" })];
        foreach (var thread in threads) thread.Start();
    }

    public void Dispose()
    {
        done = true;
        foreach (var thread in threads) thread.Join();
    }

    private void Spin()
    {
        while (!done)
        {
        }
    }
}
