using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Arbiters.Postgres;

namespace FencedLedger;

/// <summary>One half of the pair, in the generic host: what it does goes to standard output, its log to standard error.</summary>
internal static class Server
{
    /// <summary>The same on both nodes: the arbiter knows the pair by it.</summary>
    public const string Pair = "ledger";

    private const int MaxConcurrency = 32; // so many connections at most are the bookings', of the hundred that Npgsql opens

    public static async Task<int> RunAsync(ServerSettings settings)
    {
        await using var dataSource = settings.CreateDataSource();
        var ledger = new Ledger(dataSource, settings);
        await ledger.CreateAsync();

        // Of the command line, nothing is the host's.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // what keeps it from starting is told in one line
        builder.Services.AddBinaryStar(Pair, settings.Configure)
            .Configure(host => host.VoterEndpoint = settings.Voter)
            .UsePostgresArbiter(dataSource)
            .HandleRequests(new Teller(ledger).HandleAsync, requests => requests.MaxConcurrency = MaxConcurrency)
            .ConfigureNode((_, star) => star.StateChanged += (_, change) => Tell(settings, star, change.NewState));
        using var host = builder.Build();
        await host.RunAsync();
        return 0;
    }

    private static void Tell(ServerSettings settings, BinaryStar star, BinaryStarState state) =>
        Console.WriteLine(state == BinaryStarState.Active
            ? $"{settings.Name} is active, with token {star.Term?.FencingToken}"
            : $"{settings.Name} is {state.ToString().ToLowerInvariant()}");
}
