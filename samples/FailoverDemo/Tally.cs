namespace FailoverDemo;

/// <summary>What the client went through during one fault.</summary>
internal sealed class Tally
{
    /// <summary>Requests: one number each, however often it was asked.</summary>
    public int Sent { get; set; }

    public int Answered { get; set; }

    /// <summary>Requests given up: no server answered them, however often they were asked.</summary>
    public int Lost { get; set; }

    /// <summary>Requests that both servers answered: then both served at once, and that must never be.</summary>
    public int AnsweredTwice { get; set; }

    /// <summary>The longest time from the first asking of a request to its answer.</summary>
    public TimeSpan LongestWait { get; set; }
}
