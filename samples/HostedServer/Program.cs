// An order book in the generic host: a database behind a pair, with health and metrics over HTTP. Start both halves, in any order:
//
//     dotnet run --project samples/HostedServer -- --environment Primary
//     dotnet run --project samples/HostedServer -- --environment Backup
//
// and send it requests: "buy 5 apples", "list" or "count". Each order is booked once, whichever node dies meanwhile:
//
//     dotnet run --project samples/EchoClient -- --send "buy 5 apples" --count 3
//
// Each environment has its appsettings.<Environment>.json; any value can be given on the command line as well, or as
// an environment variable such as BinaryStar__orders__FailoverTimeout=00:00:03.
//
// Both nodes have the orders in one SQLite file, so they run on one machine, and the pair survives the death of a process but not
// that of the machine. For two machines use a database server that both reach: SQLite does not work over a network file system, and
// a file of each node's own would lose the orders, and what was answered, with every failover. The server is then what must not
// fail, so have it replicated. Only Database.cs and the SQL of OrderBook.cs know which database it is.

//
// A PostgreSQL as the pair's arbiter, so that no two nodes ever serve, is a connection string, the same for both nodes:
//
//     dotnet run --project samples/HostedServer -- --environment Primary --ConnectionStrings:Arbiter "Host=localhost;Username=postgres"
//
// In a pod, "Arbiter=kubernetes" makes it a Lease of the API server: see samples/deploy/kubernetes-arbiter.
//
// It decides who serves. To have it refuse the transaction of a node that was frozen, too, the orders must be in that database: see
// samples/FencedLedger.

using HostedServer;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NetMQ.HighAvailability;
using OpenTelemetry.Metrics;

const string Pair = "orders";

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

// A page of another site can have its own name lead to this machine (DNS rebinding), and then ask what it likes, but not
// by a name that is allowed. ASP.NET Core takes an empty value, such as a variable that was not set, for all names.
if (string.IsNullOrWhiteSpace(builder.Configuration["AllowedHosts"]))
    throw new InvalidOperationException("AllowedHosts is empty: list the names and addresses that operators and monitors use for this server, such as localhost;10.0.0.5, or * for any.");

builder.Services.AddSingleton<Database>().AddHostedService(services => services.GetRequiredService<Database>());
builder.Services.AddScoped<OrderBook>();
builder.Services.AddBinaryStar(Pair)
    .HandleRequestsInScope<OrderHandler>()
    .AddHostedServiceWhileActive<Housekeeping>()
    .UseConfiguredArbiter(builder.Configuration);
builder.Services.AddHealthChecks().AddBinaryStar(Pair);
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(BinaryStar.MeterName).AddPrometheusExporter());

var app = builder.Build();
app.MapHealthChecks("/health/live", Report("live"));
app.MapHealthChecks("/health/paired", Report("live", whenDegraded: StatusCodes.Status503ServiceUnavailable)); // for an update to wait for
app.MapHealthChecks("/health/ready", Report("ready"));
app.MapPrometheusScrapingEndpoint("/metrics");
app.MapOperatorOrders(Pair); // whoever reaches this port may give them: bind it to an address that only operators reach
app.Run();

static HealthCheckOptions Report(string tag, int whenDegraded = StatusCodes.Status200OK) => new()
{
    Predicate = check => check.Tags.Contains(tag),
    ResultStatusCodes = { [HealthStatus.Degraded] = whenDegraded },
    ResponseWriter = HealthJson.WriteAsync,
};
