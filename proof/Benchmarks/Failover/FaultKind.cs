namespace Benchmarks.Failover;

/// <summary>A way to take the pair from its active server.</summary>
internal enum FaultKind
{
    Kill,             // SIGKILL; the peer has only its silence to go by
    KillDetected,     // SIGKILL; the peer looks whether the process is gone
    Stop,             // SIGTERM: it hands over before it ends
    HandOver,         // SIGUSR1: it hands over and stays
    Freeze,           // SIGSTOP: the kernel keeps its connections open
}

internal static class FaultKinds
{
    public static readonly FaultKind[] All = Enum.GetValues<FaultKind>();

    public static string Title(this FaultKind kind) => kind switch
    {
        FaultKind.Kill => "SIGKILL",
        FaultKind.KillDetected => "SIGKILL, crash detection",
        FaultKind.Stop => "SIGTERM (clean stop)",
        FaultKind.HandOver => "SIGUSR1 (switch-over)",
        _ => "SIGSTOP",
    };
}
