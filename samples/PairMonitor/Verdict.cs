namespace PairMonitor;

internal enum Severity
{
    Healthy = 0, // the values are the exit codes
    Warning = 1,
    Critical = 2,
}

/// <summary>Overall health of a pair.</summary>
internal sealed record Verdict(Severity Severity, string Reason)
{
    public static Verdict Of(Pair pair)
    {
        var (primary, backup) = pair;
        if (primary.IsMistaken || backup.IsMistaken) return new(Severity.Critical, "A node waits in the other role: check the endpoints given.");
        if (pair.AreBothActive) return new(Severity.Critical, "DUAL ACTIVE: both nodes serve.");
        if ((primary.IsActive && backup.IsPassive) || (primary.IsPassive && backup.IsActive)) return new(Severity.Healthy, "One node serves, the other stands by.");
        if (primary.IsActive || backup.IsActive) return new(Severity.Warning, "One node serves, and there is no standby.");
        if (!primary.IsAlive && !backup.IsAlive) return new(Severity.Critical, "Nothing is received from either node.");
        return new(Severity.Critical, "No live node serves. The next request may change that.");
    }
}
