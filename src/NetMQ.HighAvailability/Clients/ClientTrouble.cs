using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What a server can provoke again and again, told at a limited rate. On the poller's thread.</summary>
internal sealed class ClientTrouble(ILogger logger)
{
    private LogThrottle garbage, oversized, lost, timedOut, unknown, failed, starved;

    public void Garbage(TimeSpan now, string server)
    {
        if (garbage.Allows(now, out var suppressed)) Log.GarbageReply(logger, server, suppressed);
    }

    public void Oversized(TimeSpan now, string server, int limit)
    {
        if (oversized.Allows(now, out var suppressed)) Log.OversizedReply(logger, server, limit, suppressed);
    }

    public void Left(TimeSpan now, string from, string to, ServerChangeReason cause)
    {
        if (lost.Allows(now, out var suppressed)) Log.ServerLeft(logger, from, cause, to, suppressed);
    }

    public void TimedOut(TimeSpan now, TimeSpan timeout)
    {
        if (timedOut.Allows(now, out var suppressed)) Log.RequestTimedOut(logger, timeout, suppressed);
    }

    public void OutcomeUnknown(TimeSpan now)
    {
        if (unknown.Allows(now, out var suppressed)) Log.OutcomeUnknown(logger, suppressed);
    }

    public void FailedAtServer(TimeSpan now, string server)
    {
        if (failed.Allows(now, out var suppressed)) Log.RequestFailedAtServer(logger, server, suppressed);
    }

    public void Starved(TimeSpan now, TimeSpan delay)
    {
        if (starved.Allows(now, out var suppressed)) Log.ClientStarved(logger, delay, suppressed);
    }
}
