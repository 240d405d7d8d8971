namespace NetMQ.HighAvailability.Chaos;

/// <summary>What is done to a pair.</summary>
internal enum Mischief
{
    KillOne,
    KillBoth,
    PauseUnnoticed,
    PauseWithinLease,
    PauseBeyondLease,
    PauseBeyondFailover,
    Terminate,
    HandOver,
    RestartStorm,
    PortStolen,
    GarbagePeer,
    IoStalled,
    FullLoad,
    FullDisk,
    ClockStepped,
    LinkDelayed,
    LinkLossy,
    LinkCutOneWay,
    LinkCut,
    LongCutOneWay,
    LongCut,
}

internal static class Mischiefs
{
    public static IReadOnlyList<Mischief> All { get; } = Enum.GetValues<Mischief>();

    /// <summary>Those that take for granted a link between the servers which can be harmed alone.</summary>
    public static IReadOnlyList<Mischief> OfTheLink { get; } =
    [
        Mischief.LinkDelayed, Mischief.LinkLossy, Mischief.LinkCutOneWay, Mischief.LinkCut, Mischief.LongCutOneWay, Mischief.LongCut,
    ];

    public static string Describe(Mischief mischief) => mischief switch
    {
        Mischief.KillOne => "SIGKILL of either server, and a restart",
        Mischief.KillBoth => "SIGKILL of both at once",
        Mischief.PauseUnnoticed => "SIGSTOP of either, shorter than H/4",
        Mischief.PauseWithinLease => "SIGSTOP from H/4 to the lease",
        Mischief.PauseBeyondLease => "SIGSTOP from the lease to F",
        Mischief.PauseBeyondFailover => "SIGSTOP from F to 3F",
        Mischief.Terminate => "SIGTERM of either, which must end with exit code 0",
        Mischief.HandOver => "SIGUSR1 to the active one, and the other must serve",
        Mischief.RestartStorm => "three to five kills and restarts in a row",
        Mischief.PortStolen => "a restart finds one of its ports taken, and must end with exit code 1",
        Mischief.GarbagePeer => "random bytes to all ports, then nonsense in the place of a dead peer",
        Mischief.IoStalled => "NetMQ's own thread of either stands still, from the lease to 3F, which must change nothing",
        Mischief.FullLoad => "two busy threads for each processor, for 2F",
        Mischief.FullDisk => "one server's log, every message of it, is to a full device; it must serve, hand over, take over, stop",
        Mischief.ClockStepped => "one server's wall clock steps by hours and back; the pair must not change hands",
        Mischief.LinkDelayed => "the servers' link delays packets by 20 ms, give or take 10 ms, for 2F to 4F",
        Mischief.LinkLossy => "it loses 20 to 30 % of the packets for 2 to 4 s (*)",
        Mischief.LinkCutOneWay => "it carries nothing in one direction, for H/2 to H",
        Mischief.LinkCut => "it carries nothing at all, for H/2 to H",
        Mischief.LongCutOneWay => "it carries nothing in one direction, for F to 3F (*)",
        Mischief.LongCut => "it carries nothing at all, for F to 3F (*)",
        _ => throw new ArgumentOutOfRangeException(nameof(mischief), mischief, "There is no such mischief."),
    };
}
