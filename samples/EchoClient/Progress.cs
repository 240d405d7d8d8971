namespace EchoClient;

/// <summary>One line for each answer; where they are too many and too fast to read, one a second.</summary>
internal sealed class Progress(Settings settings, Latencies latencies)
{
    private const int Few = 20;
    private static readonly TimeSpan Readable = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private TimeSpan next = Pause;

    public void Answered(int number, string server, TimeSpan waited, string? reply)
    {
        if (settings.Interval >= Readable || settings.Count <= Few)
        {
            Tell($"{number}: answered by {server} after {waited.TotalMilliseconds:0.0} ms{(reply is null ? "" : $": {reply}")}");
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
