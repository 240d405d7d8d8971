namespace FailoverDemo;

/// <summary>What the client went through during one fault.</summary>
internal sealed class Tally
{
    /// <summary>Requests, however often each was sent.</summary>
    public int Sent => Answered + Lost;

    public int Answered { get; set; }

    /// <summary>Requests given up, or answered wrongly.</summary>
    public int Lost { get; set; }

    /// <summary>Requests asked of both servers at once and answered by both: that must never be.</summary>
    public int AnsweredByBoth { get; set; }

    /// <summary>From the client's asking to the answer: of the request that the other server was the first to answer.</summary>
    public TimeSpan SwitchWait { get; set; }

    /// <summary>The same of the slowest request.</summary>
    public TimeSpan LongestWait { get; set; }
}
