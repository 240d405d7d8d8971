// An echo server in the generic host, with health and metrics over HTTP. Start both halves, in any order:
//
//     dotnet run --project samples/HostedServer -- --environment Primary
//     dotnet run --project samples/HostedServer -- --environment Backup
//
// Each environment has its appsettings.<Environment>.json; any value can be given on the command line as well, or as
// an environment variable such as BinaryStar__echo__FailoverTimeout=00:00:03.

using HostedServer;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NetMQ;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Hosting;
using OpenTelemetry.Metrics;

const string Pair = "echo";

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddBinaryStar(Pair)
    .HandleRequests(client => client.SendMultipartMessage(client.ReceiveMultipartMessage()))
    .AddHostedServiceWhileActive<Housekeeping>();
builder.Services.AddHealthChecks().AddBinaryStar(Pair);
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(BinaryStar.MeterName).AddPrometheusExporter());

var app = builder.Build();
app.MapHealthChecks("/health/live", Report("live"));
app.MapHealthChecks("/health/paired", Report("live", whenDegraded: StatusCodes.Status503ServiceUnavailable)); // for an update to wait for
app.MapHealthChecks("/health/ready", Report("ready"));
app.MapPrometheusScrapingEndpoint("/metrics");

// An operator's order. Whoever reaches this port may give it: bind it to an address that only operators reach.
app.MapPost("/hand-over", async ([FromKeyedServices(Pair)] HostedBinaryStar pair, CancellationToken aborted) =>
    (await pair.HandOverAsync(aborted)).ToString());
app.Run();

static HealthCheckOptions Report(string tag, int whenDegraded = StatusCodes.Status200OK) => new()
{
    Predicate = check => check.Tags.Contains(tag),
    ResultStatusCodes = { [HealthStatus.Degraded] = whenDegraded },
    ResponseWriter = HealthJson.WriteAsync,
};
