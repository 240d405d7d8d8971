namespace NetMQ.HighAvailability.Chaos;

/// <summary>What is done to the processes.</summary>
internal enum Mischief
{
    KillOne,
    KillBoth,
    PauseUnnoticed,      // shorter than H/4
    PauseWithinLease,
    PauseBeyondLease,    // and shorter than F
    PauseBeyondFailover,
    Terminate,
    HandOver,
    RestartStorm,
    PortStolen,
    GarbagePeer,
    FullLoad,
}
