
namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// The newest request that the followed server has answered, and the newest one that it had answered a server timeout
/// ago. A server may have a long queue, so waiting time alone proves little; but a request that is still unanswered when
/// later ones were answered long ago is slow, or was dropped.
/// </summary>
internal sealed class AnswerProgress
{
    private readonly long[] marks = new long[ClientTiming.ScansInSilence];
    private int next;
    private long newest;

    /// <summary>The newest transmission that was answered by then (<see cref="Transmission.Order"/>).</summary>
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
