namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>All that was seen of one pair.</summary>
internal sealed record Evidence
{
    public required IReadOnlyList<Answer> Answers { get; init; }

    public required IReadOnlyList<Unanswered> Unanswered { get; init; }

    /// <summary>
    /// Of asynchronous handlers: how long before it accepted its last request a term may have accepted one that it never answered, because it
    /// was in progress when the term ended.
    /// </summary>
    public TimeSpan InProgress { get; init; }

    /// <summary>When each server reported to be active.</summary>
    public required IReadOnlyList<IReadOnlyList<Term>> Terms { get; init; }

    /// <summary>When a stranger may have asked each server something: what it sends may be a request by chance.</summary>
    public required IReadOnlyList<IReadOnlyList<Span>> Strangers { get; init; }

    /// <summary>
    /// When the servers' link was so bad that each may have taken the other for dead, to when the pair was whole again:
    /// two nodes alone cannot exclude then that both serve.
    /// </summary>
    public required IReadOnlyList<Span> Divided { get; init; }
}

/// <summary>What the evidence proves.</summary>
/// <param name="Dual">Two terms accepted at once.</param>
/// <param name="Divided">How many more did while the pair was divided.</param>
/// <param name="Dead">Answers out of a term that had ended, or had not begun, when the request was accepted or its handler ended.</param>
/// <param name="Lost">Requests that a server accepted and did not answer, or dropped between others of the term that it accepted.</param>
internal sealed record Findings(IReadOnlyList<string> Dual, int Divided, IReadOnlyList<string> Dead, IReadOnlyList<string> Lost)
{
    public bool IsClean => this is { Dual.Count: 0, Dead.Count: 0, Lost.Count: 0 };

    public static Findings Merge(IReadOnlyList<Findings> all) => new(
        [.. all.SelectMany(one => one.Dual)],
        all.Sum(one => one.Divided),
        [.. all.SelectMany(one => one.Dead)],
        [.. all.SelectMany(one => one.Lost)]);
}
