using System.Globalization;

namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>What a server signs its replies with. The terms, and the requests that it has served, it counts from its start.</summary>
internal readonly record struct Signature(string Role, int Process, long Term, long Served, DateTime At)
{
    /// <summary>"primary 1234 2 567 89012345", the last being the monotonic clock when the request had been accepted.</summary>
    public static Signature Parse(string text)
    {
        var words = text.Split(' ');
        long Number(int i) => long.Parse(words[i], NumberStyles.None, CultureInfo.InvariantCulture);
        return new Signature(words[0], (int)Number(1), Number(2), Number(3), Clock.At(Number(4)));
    }
}

/// <summary>
/// One request that was answered: the server that was asked, when, and what the answer contained. It was accepted between
/// <see cref="Sent"/> and the time of the signature.
/// </summary>
internal readonly record struct Answer(int Server, int Number, DateTime Sent, DateTime Received, Signature Signature);

/// <summary>One request without an answer.</summary>
internal readonly record struct Unanswered(int Server, int Number, DateTime Sent);
