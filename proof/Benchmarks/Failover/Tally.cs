namespace Benchmarks.Failover;

/// <summary>What became of a client's requests. A request is one number, however often it was asked.</summary>
internal sealed class Tally
{
    public int Sent { get; set; }

    public int Answered { get; set; }

    /// <summary>Given up: no server answered, however often it was asked.</summary>
    public int Lost { get; set; }

    /// <summary>
    /// Both servers answered the same request, which was asked of both: one before it gave up, the other after it took
    /// over. That may be, as a client that retries is served at least once.
    /// </summary>
    public int AnsweredByTwo { get; set; }

    /// <summary>
    /// Answers of a server that had been harmed or had handed over, to requests that were made after its successor had
    /// answered one: then both served at once, and that must never be.
    /// </summary>
    public int ServedBesideSuccessor { get; set; }

    public void Add(Tally other)
    {
        Sent += other.Sent;
        Answered += other.Answered;
        Lost += other.Lost;
        AnsweredByTwo += other.AnsweredByTwo;
        ServedBesideSuccessor += other.ServedBesideSuccessor;
    }
}
