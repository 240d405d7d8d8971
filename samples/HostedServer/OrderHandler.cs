using System.Globalization;
using System.Text;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Hosting;

namespace HostedServer;

/// <summary>Answers one request, a line of text: <c>buy 5 apples</c>, <c>list</c> or <c>count</c>. For the next one there is another object.</summary>
internal sealed class OrderHandler(OrderBook book) : IAsyncRequestHandler
{
    private const int LongestItem = 100;
    private const string Usage = "not understood; there are: buy 5 apples, list, count";

    public async ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellationToken)
    {
        var words = Encoding.UTF8.GetString(request.Payload.Span).Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Encoding.UTF8.GetBytes(words switch
        {
            ["buy", var number, { Length: <= LongestItem } item] when int.TryParse(number, CultureInfo.InvariantCulture, out var quantity) && quantity > 0 =>
                await book.BuyAsync(request.Id, quantity, item, cancellationToken),
            ["list"] => await book.ListAsync(cancellationToken),
            ["count"] => await book.CountAsync(cancellationToken),
            _ => Usage,
        });
    }
}
