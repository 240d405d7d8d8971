namespace EchoClient;

/// <summary>One line for each answer; where they come too fast to read, one a second.</summary>
internal sealed class Progress(TimeSpan interval, Latencies latencies)
{
    private static readonly TimeSpan Readable = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private TimeSpan next = Pause;

    public void Answered(int number, string server, TimeSpan waited)
    {
        if (interval >= Readable)
        {
            Tell($"{number}: answered by {server} after {waited.TotalMilliseconds:0.0} ms");
        }
        else if (latencies.Now >= next)
        {
            next = latencies.Now + Pause;
            Tell($"{latencies.Now.TotalSeconds,5:0} s  {latencies.Summary}");
        }
    }

    /// <summary>Any thread.</summary>
    public static void Tell(string what) => Console.WriteLine(what);
}
