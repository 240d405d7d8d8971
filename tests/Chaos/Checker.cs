namespace NetMQ.HighAvailability.Chaos;

/// <summary>What the answers prove. An answer was accepted at some moment from its sending to its coming back.</summary>
internal sealed record Findings(IReadOnlyList<string> Dual, IReadOnlyList<string> Dead, IReadOnlyList<string> Lost);

internal static class Checker
{
    // A state is printed to the millisecond, and the answer may be faster than the print.
    private static readonly TimeSpan Blur = TimeSpan.FromMilliseconds(5);

    // A request that was with a node when it was harmed, or when its term ended, may be gone with that.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(250);

    // How long a busy machine may take for an answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Findings Check(
        IReadOnlyList<Answer> answers, IReadOnlyList<Answer> unanswered, IReadOnlyList<Term>[] terms, IReadOnlyList<(DateTime From, DateTime To)>[] harmed, DateTime end)
    {
        var spans = new Dictionary<Term, (DateTime FirstReceived, DateTime LastSent)>();
        var dead = new List<string>();
        foreach (var answer in answers)
        {
            var possible = terms[answer.Server].Where(t => answer.Received > t.From - Blur && answer.Sent - Blur < t.To).ToList();
            if (possible.Count == 0) dead.Add($"server {answer.Server} answered {answer.Number}, asked at {answer.Sent:HH:mm:ss.fff}, and was not active");
            if (possible.Count != 1) continue;

            var (first, last) = spans.GetValueOrDefault(possible[0], (DateTime.MaxValue, DateTime.MinValue));
            spans[possible[0]] = (answer.Received < first ? answer.Received : first, answer.Sent > last ? answer.Sent : last);
        }

        return new Findings(FindDual(answers, spans), dead, FindLost(unanswered, terms, harmed, end));
    }

    // Within one term a server serves from the first answer of it to the last; what the other accepted for certain in
    // between was accepted by both.
    private static List<string> FindDual(IReadOnlyList<Answer> answers, Dictionary<Term, (DateTime FirstReceived, DateTime LastSent)> spans) =>
    [
        .. from term in spans
           from answer in answers
           where answer.Server != term.Key.Server && answer.Sent > term.Value.FirstReceived && answer.Received < term.Value.LastSent
           select $"server {answer.Server} answered {answer.Number} at {answer.Received:HH:mm:ss.fff}, in the term of the other from {term.Key.From:HH:mm:ss.fff} to {term.Key.To:HH:mm:ss.fff}",
    ];

    private static List<string> FindLost(
        IReadOnlyList<Answer> unanswered, IReadOnlyList<Term>[] terms, IReadOnlyList<(DateTime From, DateTime To)>[] harmed, DateTime end) =>
    [
        .. from request in unanswered
           let least = request.Sent - Margin
           let most = request.Sent + Margin
           where request.Sent < end - Patience
               && terms[request.Server].Any(t => t.From < least && t.To > most)
               && !harmed[request.Server].Any(harm => harm.To > least && harm.From < most)
           select $"server {request.Server} served and never answered {request.Number}, asked at {request.Sent:HH:mm:ss.fff}",
    ];
}
