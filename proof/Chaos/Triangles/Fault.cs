namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>What is done to a triangle. Who is active is decided when it begins.</summary>
internal enum Fault
{
    HandOver,
    LinkCut,
    LinkCutOneWay,
    ActiveArbiterCut,
    ActiveArbiterCutOneWay,
    PassiveArbiterCut,
    PassiveArbiterCutOneWay,
    ArbiterCut,
    ArbiterFrozen,
    ArbiterKilled,
    MemberFrozen,
    MemberKilled,
    PassiveIsolated,
    PassiveKilled,
    PassiveFrozen,
    ActiveIsolated,
    ActiveKilled,
    ActiveFrozen,
    FullPartition,
    BothKilled,
    Two,
}

/// <summary>What a fault takes hold of: of two at once each has something else.</summary>
[Flags]
internal enum Parts
{
    None = 0,
    Active = 1,
    Passive = 2,
    Register = 4,
    Link = 8,
    ActiveEdge = 16,
    PassiveEdge = 32,
}

internal static class Faults
{
    public static IReadOnlyList<Fault> All { get; } = Enum.GetValues<Fault>();

    /// <summary>Those of an arbiter: PostgreSQL is one server, without members.</summary>
    public static IReadOnlyList<Fault> Of(string engine) => [.. All.Where(fault => engine == "etcd" || fault is not (Fault.MemberFrozen or Fault.MemberKilled))];

    public static Parts PartsOf(Fault fault) => fault switch
    {
        Fault.LinkCut or Fault.LinkCutOneWay => Parts.Link,
        Fault.ActiveArbiterCut or Fault.ActiveArbiterCutOneWay => Parts.ActiveEdge,
        Fault.PassiveArbiterCut or Fault.PassiveArbiterCutOneWay => Parts.PassiveEdge,
        Fault.ArbiterCut => Parts.ActiveEdge | Parts.PassiveEdge,
        Fault.ArbiterFrozen or Fault.ArbiterKilled or Fault.MemberFrozen or Fault.MemberKilled => Parts.Register,
        Fault.PassiveIsolated => Parts.Link | Parts.PassiveEdge,
        Fault.ActiveIsolated => Parts.Link | Parts.ActiveEdge,
        Fault.FullPartition => Parts.Link | Parts.ActiveEdge | Parts.PassiveEdge,
        Fault.PassiveKilled or Fault.PassiveFrozen => Parts.Passive,
        Fault.ActiveKilled or Fault.ActiveFrozen or Fault.HandOver => Parts.Active,
        Fault.BothKilled => Parts.Active | Parts.Passive,
        _ => Parts.None,
    };

    /// <summary>The pair is whole and only the arbiter is away, from one node or both: nothing may change hands.</summary>
    public static bool LeavesThePairWhole(Fault fault) =>
        PartsOf(fault) is var parts and not Parts.None && (parts & (Parts.Register | Parts.ActiveEdge | Parts.PassiveEdge)) == parts;

    public static string Describe(Fault fault) => fault switch
    {
        Fault.HandOver => "an order to hand over, and the other must serve",
        Fault.LinkCut => "the nodes' link carries nothing",
        Fault.LinkCutOneWay => "the nodes' link carries nothing in one direction",
        Fault.ActiveArbiterCut => "the active node and the arbiter do not reach each other",
        Fault.ActiveArbiterCutOneWay => "the same in one direction",
        Fault.PassiveArbiterCut => "the passive node and the arbiter do not reach each other",
        Fault.PassiveArbiterCutOneWay => "that in one direction",
        Fault.ArbiterCut => "neither node and the arbiter reach each other",
        Fault.ArbiterFrozen => "SIGSTOP of the arbiter",
        Fault.ArbiterKilled => "SIGKILL of the arbiter, and a restart",
        Fault.MemberFrozen => "SIGSTOP of one of the arbiter's members, the leader or not",
        Fault.MemberKilled => "SIGKILL of one of them, and a restart",
        Fault.PassiveIsolated => "the passive node reaches neither the other nor the arbiter",
        Fault.PassiveKilled => "SIGKILL of the passive node, and a restart",
        Fault.PassiveFrozen => "SIGSTOP of the passive node",
        Fault.ActiveIsolated => "the active node reaches neither the other nor the arbiter, but its clients",
        Fault.ActiveKilled => "SIGKILL of the active node, and a restart",
        Fault.ActiveFrozen => "SIGSTOP of the active node",
        Fault.FullPartition => "all three are cut off from each other, with a client on each side",
        Fault.BothKilled => "SIGKILL of both nodes, and a restart",
        Fault.Two => "two of these by chance, the second at some time after the first",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "There is no such fault."),
    };
}
