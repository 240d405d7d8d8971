using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>The scenario's times, as the engine takes them and as the harness counts them.</summary>
internal sealed class Clockwork
{
    /// <summary>A tick of the model is so many of the smallest time spans, so that no derived value is rounded.</summary>
    public const int Unit = 8;

    private const int Never = 1_000_000;

    public Clockwork(Scenario s)
    {
        var timing = s.Original == Who.None
            ? Timing.From(Ticks(s.H), Ticks(s.F))
            : Timing.From(Ticks(s.H), Ticks(s.F), Ticks(s.OriginalH), Ticks(s.OriginalF));
        Timing = s.Without switch
        {
            Rule.Lease => timing with { Lease = Ticks(Never) },
            Rule.Settle => timing with { Settle = Ticks(0) },
            Rule.OfferGuard => timing with { OfferGuard = Ticks(0) },
            Rule.Gap => timing with { ShortGap = Ticks(Never), LongGap = Ticks(Never) },
            Rule.Quiet => timing with { Quiet = Ticks(0) },
            Rule.EvidenceLifetime => timing with { EvidenceLifetime = Ticks(15) },
            _ => timing,
        };
        GapMax = Math.Min(Math.Max(s.F, s.OriginalF) + 2 * Math.Max(s.H, s.OriginalH) + 2, 127);
        RestartAfter = s.InstantRestart ? 0 : s.H / 2;
        DeadMax = Math.Max(s.H / 2, 1);
        StopBound = (int)(timing.StopBound / Ticks(1));
    }

    public Timing Timing { get; }

    /// <summary>A node that has missed so many ticks is as one that missed more.</summary>
    public int GapMax { get; }

    public int RestartAfter { get; }

    public int DeadMax { get; }

    public int StopBound { get; }

    public static TimeSpan Ticks(long n) => TimeSpan.FromTicks(n * Unit);
}
