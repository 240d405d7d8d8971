using System.CommandLine;

namespace EchoClient;

/// <summary>What the command line asks for; without a count the client goes on until it is interrupted.</summary>
internal sealed record Settings(IReadOnlyList<string> Servers, int? Count, TimeSpan Interval);

/// <summary>The options, their defaults, and the exit code: 0 when done, 2 on bad usage, 1 on a fault.</summary>
internal static class CommandLine
{
    private const int Success = 0;
    private const int Fault = 1;
    private const int BadUsage = 2;

    private static readonly Option<string[]> Server = new("--server")
    {
        Description = "Where to ask; say it once for each server of the pair",
        HelpName = "ENDPOINT",
        DefaultValueFactory = _ => ["tcp://localhost:5001", "tcp://localhost:5002"],
    };

    private static readonly Option<int?> Count = new("--count")
    {
        Description = "How many requests to send [default: until interrupted]",
        HelpName = "N",
    };

    private static readonly Option<int> Interval = new("--interval")
    {
        Description = "How long to wait between a reply and the next request, in milliseconds",
        HelpName = "MS",
        DefaultValueFactory = _ => 1000,
    };

    public static int Run(string[] args, Action<Settings> ask)
    {
        var command = new RootCommand("Asks the echo pair, and fails over to the other server when one does not answer.")
        {
            Server, Count, Interval,
        };
        command.SetAction(line => Ask(command, line, ask));

        var parsed = command.Parse(args);
        if (parsed.Errors.Count == 0) return parsed.Invoke();

        return Usage(command, string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
    }

    private static int Ask(RootCommand command, ParseResult line, Action<Settings> ask)
    {
        var settings = new Settings(
            line.GetRequiredValue(Server), line.GetValue(Count), TimeSpan.FromMilliseconds(line.GetValue(Interval)));
        var malformed = settings.Servers.FirstOrDefault(server => !IsEndpoint(server));
        if (malformed is not null) return Usage(command, $"--server '{malformed}' must be tcp://host:port.");
        if (settings.Count < 1) return Usage(command, "--count must be 1 or more.");
        if (settings.Interval < TimeSpan.Zero) return Usage(command, "--interval must be 0 or more.");

        try
        {
            ask(settings);
            return Success;
        }
#pragma warning disable CA1031 // Whatever ended the client, its user is told in one line rather than with a stack.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"error: {fault.Message.ReplaceLineEndings(" ")}");
            return Fault;
        }
    }

    private static int Usage(RootCommand command, string wrong)
    {
        Console.Error.WriteLine($"error: {wrong}");
        Console.Error.WriteLine();
        command.Parse("--help").Invoke(new InvocationConfiguration { Output = Console.Error });
        return BadUsage;
    }

    private static bool IsEndpoint(string server) =>
        Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri is { Scheme: "tcp", Port: > 0, Host.Length: > 0 };
}
