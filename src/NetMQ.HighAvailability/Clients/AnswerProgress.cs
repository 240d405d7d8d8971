
namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// How far the answers of the server that is followed have come, and how far they had come a server timeout ago. A
/// server may have a long queue, so the time that a request waits says little; but one that was passed over by answers
/// to later ones is slow, or was dropped.
/// </summary>
internal sealed class AnswerProgress
{
    private readonly long[] marks = new long[ClientTiming.ScansInSilence];
    private int next;
    private long newest;

    /// <summary>The newest sending that was answered by then (<see cref="Transmission.Order"/>).</summary>
    public long Before { get; private set; }

    public void Answered(long order)
    {
        if (order > newest) newest = order;
    }

    /// <summary>Once a scan.</summary>
    public void Step()
    {
        Before = marks[next];
        marks[next] = newest;
        next = (next + 1) % marks.Length;
    }

    public void Reset()
    {
        Array.Clear(marks);
        Before = newest = 0;
    }
}
