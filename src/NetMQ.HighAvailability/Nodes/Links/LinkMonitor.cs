using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>Reconnects to a silent peer, and reports a link that does not work or a peer whose timing does not fit. Once a turn.</summary>
internal sealed class LinkMonitor(StateLink link, Timing timing, bool hasArbiter, ILogger logger)
{
    private readonly PeerRhythm rhythm = new(timing);
    private readonly LinkDiagnosis diagnosis = new(timing);
    private TimeSpan lastDial;
    private bool hasReportedRhythm;
    private bool hasReportedWaiting;

    /// <summary>Dials for the first time.</summary>
    public void Begin(TimeSpan now)
    {
        diagnosis.Begin(now);
        Dial(now);
    }

    /// <summary>Once a turn.</summary>
    /// <param name="node">What the node knows at the end of the turn.</param>
    /// <param name="votesRejected">How many requests it has rejected.</param>
    /// <returns>Whether it reconnected.</returns>
    public bool Look(in PairMemory node, long votesRejected)
    {
        if (node.LastReceived is { } received) rhythm.Received(received);
        ReportLink(node);
        ReportRhythm();
        ReportWaiting(node, votesRejected);

        if (node.Turn - lastDial < rhythm.Patience || node.Turn - node.LastReceived < rhythm.Patience) return false;
        Dial(node.Turn);
        return true;
    }

    private void Dial(TimeSpan now)
    {
        lastDial = now;
        link.Dial(now);
    }

    private void ReportLink(in PairMemory node)
    {
        var finding = diagnosis.Check(node.Turn, node.LastReceived, link.HasSubscriber);
        var lasted = node.Turn - diagnosis.Since;
        switch (finding)
        {
            case LinkFinding.NeverReceived:
                Log.NeverReceived(logger, lasted, link.Locals, link.Remotes, Keys("the CURVE keys (they may be on one side only, or PeerCertificate the wrong one)"));
                break;
            case LinkFinding.NotSubscribed:
                Log.NotSubscribed(logger, link.Locals, lasted, Keys("the peer's PeerCertificate, which must be this node's public CURVE key"));
                break;
            case LinkFinding.NotReceived:
                Log.NotReceived(logger, link.Remotes, lasted, Keys("this node's PeerCertificate, which must be the peer's public CURVE key"));
                break;
            case LinkFinding.Works:
                Log.LinkWorks(logger);
                break;
        }
    }

    // Keys can be the cause only if there are any.
    private string Keys(string cause) => link.IsSecured ? $", {cause}" : "";

    private void ReportRhythm()
    {
        if (hasReportedRhythm || !rhythm.IsTooSlow) return;
        hasReportedRhythm = true;
        Log.PeerTooSlow(logger, rhythm.Interval!.Value, rhythm.LongestExpected);
    }

    private void ReportWaiting(in PairMemory node, long votesRejected)
    {
        if (hasReportedWaiting || hasArbiter || votesRejected == 0 || node.State != BinaryStarState.Backup || node.Turn < node.Expiry) return;
        hasReportedWaiting = true;
        Log.BackupWaits(logger);
    }
}
