namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>What a turn is woken for, after the peer's messages have been received.</summary>
internal enum TurnEvent : byte
{
    None,
    Vote,
    Promote,
    HandOver,
    Stop,
    TrueEvidence,
    FalseEvidence,
}

/// <summary>All that the adversary decides about one turn of a node.</summary>
internal readonly record struct TurnChoice
{
    /// <summary>A paused node stays paused.</summary>
    public bool Stays { get; init; }

    /// <summary>A request that the last turn had begun with is judged only now, before this turn begins.</summary>
    public bool LateVote { get; init; }

    /// <summary>The peer's subscription arrives.</summary>
    public bool Welcomes { get; init; }

    /// <summary>How many of the messages in flight arrive.</summary>
    public int Receives { get; init; }

    /// <summary>What the peer's former life sent arrives behind what its new life sent.</summary>
    public bool FormerLast { get; init; }

    /// <summary>A frame arrives that is not a valid message.</summary>
    public bool ReceivesGarbage { get; init; }

    public TurnEvent Event { get; init; }

    /// <summary>Which of the turn's publications are lost: bit 0 the first.</summary>
    public int Loses { get; init; }
}

/// <summary>What came of a turn.</summary>
internal struct TurnResult
{

    /// <summary>A vote put to the node now is accepted.</summary>
    public bool Accepts;

    /// <summary>The late vote was accepted.</summary>
    public bool AcceptedLate;

    /// <summary>The node ended itself.</summary>
    public bool Fatal;

    /// <summary>After a turn without an event: a vote would have made a difference.</summary>
    public bool VoteMatters;

    /// <summary>How often it published.</summary>
    public int Published;
}

/// <summary>A node of either make, as the model drives it.</summary>
internal interface INodeModel
{
    /// <summary>Takes the node's turn in <paramref name="world"/>; writes what happens to <paramref name="story"/>.</summary>
    TurnResult Take(ref World world, in TurnChoice choice, List<string>? story);

    /// <summary>Whether the event can make any difference in this world.</summary>
    bool Applies(in World world, TurnEvent happening);

    bool IsActive(ulong node);

    /// <summary>A backup that has never met its peer waits for it or for an operator, by design indefinitely.</summary>
    bool WaitsByDesign(ulong node);

    string Describe(ulong node);
}
