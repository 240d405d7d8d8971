namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>What becomes of a request at a node that answers asynchronously.</summary>
internal enum Fate : byte
{
    Rejected, // not accepted
    Accepted,
    Refused,  // accepted, and never begun, because its term ended
    Began,    // its handler
    Ended,    // its handler
    Replied,
    Dropped,  // its reply, because its term was over
}

/// <summary>A request, and whoever wants to know what becomes of it.</summary>
internal sealed class SimRequest(int client, Action<Fate> tell)
{
    /// <summary>Requests of the same client may have to take turns.</summary>
    public int Client => client;

    /// <summary>The term in which it was accepted, as the node counts them.</summary>
    public long Term { get; set; }

    public bool HasEnded { get; set; }

    public void Tell(Fate fate) => tell(fate);
}

/// <summary>A rule for requests that can be taken out, to see that it is missed.</summary>
internal enum RequestRule : byte
{
    None,
    Bound, // no more are accepted than there are places
    Reply, // a reply leaves only from the term that accepted the request
    Drain, // what is in progress is awaited before active is given up
    Turns, // a client's requests are handled one at a time
}

/// <summary>How the servers of a pair answer asynchronously.</summary>
/// <param name="Places">How many requests they have in progress at most.</param>
/// <param name="Ordered">Whether a client's are handled one at a time.</param>
/// <param name="DrainTimeout">How long they wait for what is in progress before they give up active.</param>
/// <param name="Duration">How long the next handler takes.</param>
/// <param name="Obeys">Whether the next handler ends when its term does.</param>
/// <param name="Without">A rule that is taken out.</param>
internal sealed record HandlerPlan(int Places, bool Ordered, TimeSpan DrainTimeout, Func<TimeSpan> Duration, Func<bool> Obeys, RequestRule Without);
