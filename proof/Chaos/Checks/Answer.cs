using System.Globalization;

namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>What a server signs its replies with. The terms, and the requests that it has served, it counts from its start.</summary>
/// <param name="Role">The server's role.</param>
/// <param name="Process">Its process.</param>
/// <param name="Term">The term in which the request was accepted.</param>
/// <param name="Served">How many requests it has accepted, this one included.</param>
/// <param name="At">A time when it had been accepted: when its handler began.</param>
/// <param name="Done">When an asynchronous handler was about to end, and the reply had not left.</param>
internal readonly record struct Signature(string Role, int Process, long Term, long Served, DateTime At, DateTime? Done = null)
{
    /// <summary>"primary 1234 2 567 89012345", the last being the monotonic clock; of an asynchronous handler it comes twice.</summary>
    public static Signature Parse(string text)
    {
        var words = text.Split(' ');
        long Number(int i) => long.Parse(words[i], NumberStyles.None, CultureInfo.InvariantCulture);
        return new Signature(words[0], (int)Number(1), Number(2), Number(3), Clock.At(Number(4)), words.Length > 5 ? Clock.At(Number(5)) : null);
    }
}

/// <summary>
/// One request that was answered: the server that was asked, when, and what the answer contained. It was accepted between
/// <see cref="Sent"/> and the time of the signature.
/// </summary>
internal readonly record struct Answer(int Server, int Number, DateTime Sent, DateTime Received, Signature Signature);

/// <summary>One request without an answer.</summary>
internal readonly record struct Unanswered(int Server, int Number, DateTime Sent);
