using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace NetMQ.HighAvailability.Hosting.Health;

/// <summary>Whether the node works, and could be relied upon: an active or passive one with a peer is all there is to wish.</summary>
internal sealed class NodeHealthCheck(HostedBinaryStar pair) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (status, what, fault) = Judge(pair.Node.Completion, pair.Node.Status, context.Registration.FailureStatus);
        return Task.FromResult(new HealthCheckResult(status, what, fault, Data(pair.Node.Status)));
    }

    private (HealthStatus Status, string What, Exception? Fault) Judge(Task completion, BinaryStarStatus node, HealthStatus failed)
    {
        if (completion.IsFaulted) return (failed, "The node ended with a fault.", completion.Exception.GetBaseException());
        if (completion.IsCompleted) return (failed, "The node has ended.", null);
        if (WhyStalled(pair, node) is { } reason) return (failed, reason, null);
        if (node.Arbiter is { Reachable: false }) return (HealthStatus.Degraded, $"{node.State}, and the arbiter does not answer: nobody could take over.", null);
        if (!node.PeerAlive) return (HealthStatus.Degraded, $"{node.State}, without a peer: nobody could take over.", null);
        if (node is { State: BinaryStarState.Active, PeerState: BinaryStarState.Active }) return (HealthStatus.Degraded, "Both nodes are active.", null);
        return node.State is BinaryStarState.Active or BinaryStarState.Passive
            ? (HealthStatus.Healthy, $"{node.State}, and the peer is there.", null)
            : (HealthStatus.Degraded, $"{node.State}: neither active nor passive yet.", null);
    }

    /// <summary>Why the node answers nobody; null if it is able to. Past the failover timeout the peer has, or could have, taken over from a loop that stands still.</summary>
    public static string? WhyStalled(HostedBinaryStar pair, BinaryStarStatus node)
    {
        if (node.TurnAge > pair.FailoverTimeout)
            return $"The loop has stood still for {Seconds(node.TurnAge)} s: a handler or callback does not return, or the process is starved.";
        if (node.RequestsStalledFor is { } stalled && stalled > pair.FailoverTimeout)
            return $"All places for requests have been taken for {Seconds(stalled)} s without a reply: the handler does not return, or what it waits for does not answer.";
        return null;
    }

    private static Dictionary<string, object> Data(BinaryStarStatus node)
    {
        var data = new Dictionary<string, object>
        {
            ["role"] = node.Role.ToString(),
            ["state"] = node.State.ToString(),
            ["term"] = node.Term,
            ["votesAccepted"] = node.VotesAccepted,
            ["votesRejected"] = node.VotesRejected,
            ["requestsInFlight"] = node.RequestsInFlight,
        };
        if (node.Arbiter is { } arbiter)
        {
            data["token"] = arbiter.Token;
            data["servesBy"] = arbiter.ServesBy.ToString();
            data["arbiterReachable"] = arbiter.Reachable;
        }

        if (node.PeerState is { } peer) data["peerState"] = peer.ToString();
        if (node.PeerLastReceived is { } silence) data["peerSilenceSeconds"] = silence.TotalSeconds;
        return data;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
}
