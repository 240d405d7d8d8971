namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>
/// Tells from the answers whether two terms accepted at once, whether a term that was over answered, and whether an
/// accepted request was lost.
/// </summary>
internal static class Checker
{
    // A state is printed to the millisecond, and the answer may be faster than the print.
    private static readonly TimeSpan Blur = TimeSpan.FromMilliseconds(5);

    // A request that was with a node when it was harmed, or when its term ended, may be gone with that.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(250);

    // How long a busy machine may take for an answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Findings Check(Evidence evidence)
    {
        var bySending = evidence.Answers.OrderBy(answer => answer.Sent).ToArray();
        var (certain, excused) = FindDual(bySending, evidence.Divided);
        return new Findings(certain, excused, FindDead(evidence), [.. FindHoles(evidence.Answers), .. FindIgnored(evidence)]);
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
               term.Process == answer.Signature.Process && answer.Signature.At > term.From - Blur && answer.Sent - Blur < term.To)
           select $"{Describe(answer)} and was not active",
    ];

    // A server counts what it accepts; a number that never came is an answer that did not.
    private static IEnumerable<string> FindHoles(IReadOnlyList<Answer> answers) =>
        from process in answers.GroupBy(answer => (answer.Server, answer.Signature.Process))
        let served = process.Select(answer => answer.Signature.Served).ToHashSet()
        from missing in Enumerable.Range(1, (int)served.Max())
        where !served.Contains(missing)
        select $"process {process.Key.Process} of server {process.Key.Server} accepted its request {missing}, whose answer never came";

    private static IEnumerable<string> FindIgnored(Evidence evidence) =>
        from request in evidence.Unanswered
        let least = request.Sent - Margin
        let most = request.Sent + Margin
        where request.Sent < evidence.End - Patience
            && evidence.Terms[request.Server].Any(term => term.From < least && term.To > most)
            && !evidence.Harmed[request.Server].Any(harm => harm.Overlaps(least, most))
        select $"server {request.Server} served and never answered {request.Number}, asked at {request.Sent:HH:mm:ss.fff}";

    private static string Describe(Answer answer) =>
        $"process {answer.Signature.Process} of server {answer.Server}, term {answer.Signature.Term}, accepted {answer.Number}, sent {answer.Sent:HH:mm:ss.fff}, at {answer.Signature.At:HH:mm:ss.fff},";
}
