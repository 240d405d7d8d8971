using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability;

/// <summary>What a node knows of its <see cref="IArbiter"/>, and may do by it.</summary>
/// <remarks>Immutable. An application may construct its own, for its tests.</remarks>
public sealed record BinaryStarArbiterStatus
{
    /// <summary>Whether the arbiter answered the last request.</summary>
    public bool Reachable { get; init; }

    /// <summary>How long ago it last answered; <see langword="null"/> if never. It is asked at least every ten seconds.</summary>
    public TimeSpan? LastAnswer { get; init; }

    /// <summary>The token of this node's term if it is active, otherwise the highest that it knows; 0 if there was none yet.</summary>
    public long Token { get; init; }

    /// <summary>Who holds the record, as far as this node knows; <see langword="null"/> if nobody, or it is not known.</summary>
    public BinaryStarRole? Holder { get; init; }

    /// <summary>By what this node serves.</summary>
    public BinaryStarMandate ServesBy { get; init; }

    /// <summary>How long it may go on serving if nothing is heard from peer and arbiter; zero if it may not serve.</summary>
    public TimeSpan Remaining { get; init; }

    internal static BinaryStarArbiterStatus Of(in MandateMemory mandate, in PairMemory node, TimeSpan now)
    {
        var isActive = mandate.Token != 0;
        return new BinaryStarArbiterStatus
        {
            Reachable = node.AnsweredAt is not null && node.UnansweredSince is null,
            LastAnswer = now - node.AnsweredAt,
            Token = isActive ? mandate.Token : mandate.HighestToken,
            Holder = mandate.IsKnown ? mandate.Claim?.Holder : null,
            ServesBy = mandate.ServesBy(now),
            Remaining = isActive && mandate.Until > now ? mandate.Until - now : TimeSpan.Zero,
        };
    }
}
