namespace NetMQ.HighAvailability.Simulator.Faults;

internal enum FaultKind : byte
{
    Crash,
    InstantRestart, // a crash whose process is back sooner than H/2 after
    Stop,           // a clean one, and a restart
    PowerCut,       // both at once; the backup may be back long before the primary, and be promoted
    Pause,
    ClockStep,
    Loss,
    Cut,
    OneWayCut,
    Stall,
    HandOver,
    Promotion,
    FalseEvidence,
    Garbage,
    ArbiterDown, // with an arbiter
    ArbiterCut,  // from one node
}

/// <summary>One thing that goes wrong, or that an operator does.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="At">When, from the incident's beginning.</param>
/// <param name="Node">Whom it hits: the node, or the receiver of what is lost.</param>
/// <param name="Lasts">How long the process is gone, stands still, or the link is hurt; by how much a clock is set.</param>
/// <param name="Count">How many messages are lost.</param>
/// <param name="InTurn">A pause in the middle of a turn, before a request is judged; a stall of both directions.</param>
internal readonly record struct Fault(FaultKind Kind, TimeSpan At, int Node, TimeSpan Lasts, int Count, bool InTurn);
