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
using OpenTelemetry.Metrics;

const string Pair = "echo";

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

// A page of another site can have its own name lead to this machine (DNS rebinding), and then ask what it likes, but not
// by a name that is allowed. ASP.NET Core takes an empty value, such as a variable that was not set, for all names.
if (string.IsNullOrWhiteSpace(builder.Configuration["AllowedHosts"]))
    throw new InvalidOperationException("AllowedHosts is empty: list the names and addresses that operators and monitors use for this server, such as localhost;10.0.0.5, or * for any.");

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
app.MapOrders(Pair); // whoever reaches this port may give them: bind it to an address that only operators reach
app.Run();

static HealthCheckOptions Report(string tag, int whenDegraded = StatusCodes.Status200OK) => new()
{
    Predicate = check => check.Tags.Contains(tag),
    ResultStatusCodes = { [HealthStatus.Degraded] = whenDegraded },
    ResponseWriter = HealthJson.WriteAsync,
};
