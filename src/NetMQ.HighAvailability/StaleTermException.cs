namespace NetMQ.HighAvailability;

/// <summary>Work of a term that is over would have been made lasting: a fence has refused it. Roll it back.</summary>
/// <remarks>Arbiters' packages throw it, and so may an application that compares <see cref="BinaryStarTerm.FencingToken"/> itself.</remarks>
public sealed class StaleTermException : BinaryStarException
{
    /// <summary>A refusal.</summary>
    /// <param name="pair">The pair's name.</param>
    /// <param name="fencingToken">The token of the term that is over.</param>
    public StaleTermException(string pair, long fencingToken)
        : base($"The term {fencingToken} of the pair '{pair}' is over. What was done in it and is not committed must be rolled back.")
    {
        Pair = pair;
        FencingToken = fencingToken;
    }

    /// <summary>The pair's name.</summary>
    public string Pair { get; }

    /// <summary>The token of the term that is over.</summary>
    public long FencingToken { get; }
}
