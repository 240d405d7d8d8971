using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Clients;

/// <summary>When to probe the server next: often where the previous one has just died, then with growing intervals.</summary>
internal struct ProbeBackoff
{
    private int fast;

    public TimeSpan Next { get; private set; }

    public TimeSpan Gap { get; set; }

    public static ProbeBackoff From(TimeSpan now, ClientTiming timing, bool fast) => new()
    {
        Next = now,
        Gap = fast ? timing.Probe : timing.SlowProbe,
        fast = fast ? ClientTiming.FastProbes : 0,
    };

    public void DueAt(TimeSpan now) => Next = now;

    public void Sent(TimeSpan now, ClientTiming timing)
    {
        Next = now + Gap;
        if (--fast > 0 || Gap >= timing.SlowestProbe) return;
        Gap = Min(2 * Gap, timing.SlowestProbe);
    }
}
