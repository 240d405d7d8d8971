namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>
/// Finds in the answers whether two terms accepted at once, whether a term that was over answered, and whether an
/// accepted request was lost.
/// </summary>
internal static class Checker
{
    // A state is printed to the millisecond, and the answer may be faster than the print.
    private static readonly TimeSpan Blur = TimeSpan.FromMilliseconds(5);

    public static Findings Check(Evidence evidence)
    {
        var bySending = evidence.Answers.OrderBy(answer => answer.Sent).ToArray();
        var (certain, excused) = FindDual(bySending, evidence.Divided);
        return new Findings(certain, excused, FindDead(evidence), [.. FindHoles(evidence), .. FindDropped(evidence)]);
    }

    // A term serves from the first request that it has accepted for certain to the last that it may not have accepted
    // before. What was both sent and accepted in between, by another term, was accepted beside it.
    private static (List<string> Certain, int Excused) FindDual(Answer[] bySending, IReadOnlyList<Span> divided)
    {
        var sendings = Array.ConvertAll(bySending, answer => answer.Sent);
        var (certain, excused) = (new List<string>(), 0);
        foreach (var term in bySending.GroupBy(answer => (answer.Server, answer.Signature.Process, answer.Signature.Term)))
        {
            var (first, last) = (term.Min(answer => answer.Signature.At), term.Max(answer => answer.Sent));
            var i = Array.BinarySearch(sendings, first);
            for (i = i < 0 ? ~i : i; i < bySending.Length && bySending[i].Sent < last; i++)
            {
                var answer = bySending[i];
                var (server, process, number) = term.Key;
                if ((answer.Server, answer.Signature.Process, answer.Signature.Term) == term.Key || answer.Sent == first || answer.Signature.At >= last) continue;

                if (divided.Any(span => span.Contains(answer.Signature.At))) excused++;
                else certain.Add($"{Describe(answer)} within term {number} of process {process} of server {server}, {first:HH:mm:ss.fff} to {last:HH:mm:ss.fff}");
            }
        }

        return (certain, excused);
    }

    private static List<string> FindDead(Evidence evidence) =>
    [
        .. from answer in evidence.Answers
           where !evidence.Terms[answer.Server].Any(term =>
               term.Process == answer.Signature.Process && answer.Signature.At > term.From - Blur && answer.Sent - Blur < term.To && !(answer.Signature.Done - Blur > term.To))
           select $"{Describe(answer)} and was not active",
    ];

    // A server counts what it accepts, and its answers come in that order: a number that is left out is an answer that
    // did not come. What died with a process was the last of it, and leaves nothing out. That goes for the end of a term too where handlers are
    // asynchronous: but they overtake each other, and so what was in progress then may be a little earlier than the last answer.
    private static IEnumerable<string> FindHoles(Evidence evidence) =>
        from process in evidence.Answers.GroupBy(answer => (answer.Server, answer.Signature.Process))
        let ends = process.GroupBy(answer => answer.Signature.Term).ToDictionary(term => term.Key, term => term.Max(answer => answer.Signature.At))
        let inOrder = process.OrderBy(answer => answer.Signature.Served).ToArray()
        from pair in inOrder.Zip(inOrder.Skip(1))
        let missing = pair.Second.Signature.Served - pair.First.Signature.Served - 1
        where missing > 0 && (evidence.InProgress == TimeSpan.Zero || (pair.First.Signature.Term == pair.Second.Signature.Term && pair.Second.Signature.At + evidence.InProgress < ends[pair.Second.Signature.Term]))
        where !evidence.Strangers[process.Key.Server].Any(stranger => stranger.Overlaps(pair.First.Sent, pair.Second.Received))
        select $"{missing} answers of server {process.Key.Server} never came, between {Describe(pair.First)} and {Describe(pair.Second)}";

    // Requests come in the order in which they were sent, and a term has no holes: it does not drop one and accept the next, except for what it
    // did not finish at its end.
    private static IEnumerable<string> FindDropped(Evidence evidence)
    {
        var terms = evidence.Answers
            .GroupBy(answer => (answer.Server, answer.Signature.Process, answer.Signature.Term))
            .Select(term => (term.Key, First: term.Min(answer => answer.Number), Last: term.Max(answer => answer.Number), LastSent: term.Max(answer => answer.Sent)))
            .ToLookup(term => term.Key.Server);
        return
            from request in evidence.Unanswered
            from term in terms[request.Server]
            where request.Number > term.First && request.Number < term.Last && request.Sent + evidence.InProgress <= term.LastSent
            select $"server {request.Server} dropped {request.Number}, sent {request.Sent:HH:mm:ss.fff}, within term {term.Key.Term} of process {term.Key.Process}";
    }

    private static string Describe(Answer answer) =>
        $"process {answer.Signature.Process} of server {answer.Server}, term {answer.Signature.Term}, accepted {answer.Number}, sent {answer.Sent:HH:mm:ss.fff}, at {answer.Signature.At:HH:mm:ss.fff},";
}
