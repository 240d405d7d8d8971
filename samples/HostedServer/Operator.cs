using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Hosting;

namespace HostedServer;

/// <summary>
/// An operator's orders, as POST requests. Whoever reaches the port may give them. What may not is a page of another
/// site in an operator's browser: it can post a form here, but not with a header of its own choice.
/// </summary>
internal static class Operator
{
    private const string Header = "X-BinaryStar-Order";

    public static void MapOperatorOrders(this IEndpointRouteBuilder app, string pair)
    {
        var orders = app.MapGroup("").AddEndpointFilter(async (call, next) =>
            call.HttpContext.Request.Headers[Header] == "true"
                ? await next(call)
                : Results.Text($"An order needs the header {Header}: true, which a page of another site cannot send.\n", statusCode: StatusCodes.Status403Forbidden));

        orders.MapPost("/hand-over", async (HttpContext http, CancellationToken aborted) =>
        {
            var outcome = await Pair(http).HandOverAsync(aborted);
            return Answer(outcome.ToString(), outcome switch
            {
                HandOverOutcome.Completed => StatusCodes.Status200OK,
                HandOverOutcome.TimedOut => StatusCodes.Status504GatewayTimeout,
                HandOverOutcome.NodeStopped => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status409Conflict,
            });
        });

        orders.MapPost("/promote", async (HttpContext http, CancellationToken aborted) =>
        {
            var outcome = await Pair(http).Node.PromoteAsync(aborted);
            return Answer(outcome.ToString(), outcome switch
            {
                PromotionOutcome.Completed => StatusCodes.Status200OK,
                PromotionOutcome.NodeStopped => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status409Conflict,
            });
        });

        HostedBinaryStar Pair(HttpContext http) => http.RequestServices.GetRequiredKeyedService<HostedBinaryStar>(pair);
    }

    private static IResult Answer(string outcome, int status) => Results.Json(new { outcome }, statusCode: status);
}
