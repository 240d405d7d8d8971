using System.Globalization;
using System.Text;
using NetMQ.HighAvailability;
using Npgsql;

namespace FencedLedger;

/// <summary>Answers one request, a line of text: <c>book 5 booking-1</c>.</summary>
internal sealed class Teller(Ledger ledger)
{
    public async ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellation)
    {
        var words = Encoding.UTF8.GetString(request.Payload.Span).Split(' ');
        if (request.Id is not { } id || words is not ["book", var number, var reference] || !long.TryParse(number, CultureInfo.InvariantCulture, out var amount))
            return Encoding.UTF8.GetBytes("not understood; there is: book 5 booking-1, from a client that gives its requests an id");

        try
        {
            return Encoding.UTF8.GetBytes(await ledger.BookAsync(id, amount, reference, request.Term, cancellation));
        }
        catch (Exception refused) when (refused is StaleTermException or NpgsqlException)
        {
            // No answer, rather than an error: the client sends its request again, here or to the peer. By its id it is booked once, whatever
            // became of this transaction.
            Console.WriteLine($"{reference}: NOT COMMITTED by {ledger.Server}: {refused.GetType().Name}: {refused.Message.ReplaceLineEndings(" ")}");
            return VoterReply.None;
        }
    }
}
