using System.CommandLine;
using System.Globalization;
using NetMQ.HighAvailability;

namespace FencedLedger;

/// <summary>The verbs, their options and defaults, and the exit code: 0 when all went well, 2 on bad usage, 1 on a fault.</summary>
internal static class CommandLine
{
    private const int Fault = 1;
    private const int BadUsage = 2;

    private static readonly Option<string> Database = new("--database")
    {
        Description = "The PostgreSQL that has the ledger, and is the arbiter",
        HelpName = "CONNECTION-STRING",
        Required = true,
    };

    private static readonly Option<bool> Primary = new("--primary") { Description = "Be the primary of the pair." };
    private static readonly Option<bool> Backup = new("--backup") { Description = "Be the backup of the pair." };
    private static readonly Option<string?> Voter = Bound("--voter", "Where clients connect [default: tcp://*:5001 for the primary, tcp://*:5002 for the backup]");
    private static readonly Option<string?> Local = Endpoint("--local", "Where this node publishes its state [default: tcp://*:5003, tcp://*:5004]");
    private static readonly Option<string?> Remote = Endpoint("--remote", "Where the other node publishes its own [default: tcp://localhost:5004, tcp://localhost:5003]");

    private static readonly Option<int> Heartbeat = Milliseconds("--heartbeat", "How often a node publishes its state; the same for both", 500);
    private static readonly Option<int> FailoverTimeout = Milliseconds("--failover-timeout", "How long a node must be silent to be taken for dead; the same for both", 2000);
    private static readonly Option<int> BeforeFence = Milliseconds("--pause-before-fence", "How long to wait amid each transaction, where it holds up nobody's take-over", 0);
    private static readonly Option<int> BeforeCommit = Milliseconds("--pause-before-commit", "How long to wait behind each fence, where a take-over waits for the transaction", 0);

    private static readonly Option<int> TransactionTimeout = Milliseconds(
        "--transaction-timeout", "How long PostgreSQL lets a transaction of this server be idle before it ends it: so long a server that is frozen behind a fence can hold up a take-over", 10_000);

    private static readonly Option<string[]> Server = new("--server")
    {
        Description = "Where to book; say it once for each server of the pair",
        HelpName = "ENDPOINT",
        DefaultValueFactory = _ => ["tcp://localhost:5001", "tcp://localhost:5002"],
    };

    private static readonly Option<string> Name = new("--name")
    {
        Description = "What the bookings are called: NAME-1, NAME-2, and so on",
        HelpName = "NAME",
        DefaultValueFactory = _ => "booking",
    };

    private static readonly Option<int?> Count = AtLeast(1, new Option<int?>("--count") { Description = "How many bookings to make [default: until interrupted]", HelpName = "N" });
    private static readonly Option<int> Interval = Milliseconds("--interval", "How long after a booking the next one begins, whether or not it is confirmed", 1000, least: 1);

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("A ledger on a Binary Star pair that is fenced: a server that was frozen amid a transaction cannot commit it once its peer serves.")
        {
            ServerVerb(), ClientVerb(), DemoVerb(),
        };

        var parsed = command.Parse(args);
        // Signals are the verbs' own to handle: each ends what it has begun.
        if (parsed.Errors.Count == 0) return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

        return Usage(parsed.CommandResult.Command, string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
    }

    private static Command ServerVerb()
    {
        var verb = new Command("server", "One half of the pair.")
        {
            Primary, Backup, Database, Voter, Local, Remote, Heartbeat, FailoverTimeout, BeforeFence, BeforeCommit, TransactionTimeout,
        };
        verb.Validators.Add(line =>
        {
            if (line.GetValue(Primary) == line.GetValue(Backup)) line.AddError("Say either --primary or --backup.");
        });
        verb.SetAction((line, _) => TryAsync(verb, () => FencedLedger.Server.RunAsync(ReadServer(line))));
        return verb;
    }

    private static Command ClientVerb()
    {
        var verb = new Command("client", "Books amounts, and prints what was confirmed.") { Server, Name, Count, Interval };
        Name.Validators.Add(name =>
        {
            if (name.GetValueOrDefault<string>() is not { Length: > 0 } word || word.Any(char.IsWhiteSpace)) name.AddError("--name must be one word.");
        });
        verb.SetAction((line, _) => TryAsync(verb, () => Client.RunAsync(new ClientSettings(
            line.GetRequiredValue(Server), line.GetRequiredValue(Name), line.GetValue(Count), TimeSpan.FromMilliseconds(line.GetValue(Interval))))));
        return verb;
    }

    private static Command DemoVerb()
    {
        var verb = new Command("demo", "Starts a pair and a client, freezes the active server amid a transaction, wakes it when its peer serves, and checks the ledger.") { Database };
        verb.SetAction((line, _) => TryAsync(verb, () => Demo.RunAsync(line.GetRequiredValue(Database))));
        return verb;
    }

    private static ServerSettings ReadServer(ParseResult line)
    {
        var primary = line.GetValue(Primary);
        return new ServerSettings(
            primary ? BinaryStarRole.Primary : BinaryStarRole.Backup, line.GetRequiredValue(Database),
            line.GetValue(Voter) ?? (primary ? "tcp://*:5001" : "tcp://*:5002"),
            line.GetValue(Local) ?? (primary ? "tcp://*:5003" : "tcp://*:5004"),
            line.GetValue(Remote) ?? (primary ? "tcp://localhost:5004" : "tcp://localhost:5003"),
            Span(Heartbeat), Span(FailoverTimeout), Span(BeforeFence), Span(BeforeCommit), Span(TransactionTimeout));

        TimeSpan Span(Option<int> milliseconds) => TimeSpan.FromMilliseconds(line.GetValue(milliseconds));
    }

    private static async Task<int> TryAsync(Command verb, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception badOption) when (badOption is ArgumentException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            // The libraries know best which timeouts, endpoints and connection strings are none.
            return Usage(verb, badOption.Message);
        }
#pragma warning disable CA1031 // Whatever ended the program, its user is told in one line rather than with a stack.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"error: {fault.Message.ReplaceLineEndings(" ")}");
            return Fault;
        }
    }

    private static Option<string?> Endpoint(string name, string description) => new(name) { Description = description, HelpName = "ENDPOINT" };

    private static Option<int> Milliseconds(string name, string description, int preset, int least = 0) =>
        AtLeast(least, new Option<int>(name) { Description = $"{description}, in milliseconds", HelpName = "MS", DefaultValueFactory = _ => preset });

    private static T AtLeast<T>(int least, T option)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            // What is no number is told anyway, and cannot be asked for.
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < least) result.AddError($"{option.Name} must be {least} or more.");
        });
        return option;
    }

    // NetMQ would take it for a fault of the program.
    private static Option<string?> Bound(string name, string description)
    {
        var option = Endpoint(name, description);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !IsEndpoint(token.Value)) result.AddError($"{name} '{token.Value}' must be tcp://address:port, with * for all addresses.");
        });
        return option;
    }

    private static bool IsEndpoint(string endpoint)
    {
        const string tcp = "tcp://";
        var port = endpoint.LastIndexOf(':') + 1;
        return endpoint.StartsWith(tcp, StringComparison.Ordinal) && port > tcp.Length + 1 && ushort.TryParse(endpoint.AsSpan(port), CultureInfo.InvariantCulture, out _);
    }

    private static int Usage(Command verb, string wrong)
    {
        Console.Error.WriteLine($"error: {wrong}");
        Console.Error.WriteLine();
        var help = new InvocationConfiguration { Output = Console.Error };
        if (verb is RootCommand root) root.Parse("--help").Invoke(help);
        else ((RootCommand)verb.Parents.Single()).Parse([verb.Name, "--help"]).Invoke(help);
        return BadUsage;
    }
}
