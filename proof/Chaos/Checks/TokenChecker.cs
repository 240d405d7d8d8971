using System.Globalization;

namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>What the answers prove of the tokens.</summary>
/// <param name="Late">Requests that were accepted under a token after one had been accepted under a higher one.</param>
/// <param name="Frozen">Those of which a process that stood still meanwhile may have decided before: what the token is for.</param>
/// <param name="Wrong">Answers without a token, and tokens of two processes.</param>
internal sealed record TokenFindings(IReadOnlyList<string> Late, int Frozen, IReadOnlyList<string> Wrong)
{
    public bool IsClean => Late.Count == 0 && Wrong.Count == 0;

    public static TokenFindings Merge(IReadOnlyList<TokenFindings> all) => new(
        [.. all.SelectMany(one => one.Late)], all.Sum(one => one.Frozen), [.. all.SelectMany(one => one.Wrong)]);
}

/// <summary>
/// Finds in the answers whether the tokens ever went back, in the order in which the servers accepted: by the one clock that all processes have. As
/// each token is one process's, that is also whether two processes ever accepted at once.
/// </summary>
internal static class TokenChecker
{
    /// <param name="answers">In any order.</param>
    /// <param name="frozen">Of each server, when it stood still.</param>
    public static TokenFindings Check(IReadOnlyCollection<Answer> answers, IReadOnlyList<IReadOnlyList<Span>> frozen)
    {
        var terms = answers.GroupBy(answer => answer.Signature.Term).OrderBy(term => term.Key).ToArray();
        var (late, excused) = (new List<string>(), 0);
        var firstAbove = DateTime.MaxValue; // when a request was first accepted under a higher token
        foreach (var term in terms.Reverse())
        {
            foreach (var answer in term.Where(answer => answer.Signature.At > firstAbove).OrderBy(answer => answer.Signature.At))
            {
                // It was accepted at some time between its sending and its signature: the process may have stood still after that.
                if (answer.Sent <= firstAbove && frozen[answer.Server].Any(span => span.Overlaps(answer.Sent, answer.Signature.At))) excused++;
                else late.Add($"{Describe(answer)}, and at {firstAbove:HH:mm:ss.fffff} one was accepted under a higher token");
            }

            var first = term.Min(answer => answer.Signature.At);
            if (first < firstAbove) firstAbove = first;
        }

        var ofNobody = answers.Where(answer => answer.Signature.Term == 0).Select(answer => $"{Describe(answer)}, which is none");
        var shared = terms.Where(term => term.Select(answer => answer.Signature.Process).Distinct().Skip(1).Any())
            .Select(term => string.Create(CultureInfo.InvariantCulture, $"token {term.Key} is of {string.Join(" and ", term.Select(answer => answer.Signature.Process).Distinct())}"));
        return new TokenFindings(late, excused, [.. ofNobody, .. shared]);
    }

    private static string Describe(Answer answer) => string.Create(
        CultureInfo.InvariantCulture,
        $"{answer.Signature.Role} {answer.Signature.Process} accepted {answer.Number}, sent {answer.Sent:HH:mm:ss.fffff}, at {answer.Signature.At:HH:mm:ss.fffff} under token {answer.Signature.Term}");
}
