using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NetMQ.HighAvailability;

namespace EchoServer;

/// <summary>The options, their defaults, and the exit code: 0 when asked to stop, 2 on bad usage, 1 on a fault.</summary>
internal static class CommandLine
{
    private const int Success = 0;
    private const int Fault = 1;
    private const int BadUsage = 2;

    private static readonly Option<bool> Primary = new("--primary") { Description = "Be the primary of the pair." };
    private static readonly Option<bool> Backup = new("--backup") { Description = "Be the backup of the pair." };

    private static readonly Option<string?> Voter = new("--voter")
    {
        Description = "Where clients connect [default: tcp://*:5001 for the primary, tcp://*:5002 for the backup]",
        HelpName = "ENDPOINT",
    };

    private static readonly Option<string[]> Local = new("--local")
    {
        Description = "Where this node publishes its state; may be repeated, one for each network [default: tcp://*:5003, tcp://*:5004]",
        HelpName = "ENDPOINT",
    };

    private static readonly Option<string[]> Remote = new("--remote")
    {
        Description = "Where the other node publishes its own; may be repeated [default: tcp://localhost:5004, tcp://localhost:5003]",
        HelpName = "ENDPOINT",
    };

    private static readonly Option<BinaryStarPreset> Preset = new("--preset")
    {
        Description = $"Timing for a kind of network: {string.Join(", ", Enum.GetNames<BinaryStarPreset>())}; the next four options override it",
        HelpName = "NAME",
        DefaultValueFactory = _ => BinaryStarPreset.Lan,
        CustomParser = ParsePreset,
    };

    private static readonly Option<int?> Heartbeat = Milliseconds("--heartbeat", "How often a node publishes its state, in milliseconds; the same for both");

    private static readonly Option<int?> FailoverTimeout = Milliseconds(
        "--failover-timeout", "How long a node must be silent to be taken for dead, in milliseconds; the same for both");

    private static readonly Option<int?> PeerHeartbeat = Milliseconds(
        "--peer-heartbeat", "How often the other node publishes its state, where it is one of the ZeroMQ guide's own");

    private static readonly Option<int?> PeerFailoverTimeout = Milliseconds(
        "--peer-failover-timeout", "After how long such a node takes this one for dead; together with --peer-heartbeat");

    private static readonly Option<bool> DetectCrash = new("--detect-crash")
    {
        Description = "Take over within milliseconds when the other process dies; not behind NAT, proxies or load balancers.",
    };

    private static readonly Option<WaitTime?> Async = new("--async")
    {
        Description = "Handle requests asynchronously, many at a time, each after a random wait within so many milliseconds: 20, 0-200 [default: 0, no wait]",
        HelpName = "MS",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = ParseWait,
    };

    private static readonly Option<int?> DrainTimeout = new("--drain-timeout")
    {
        Description = "With --async: how long a hand-over and a stop wait for the requests in progress, in milliseconds [default: 1000]",
        HelpName = "MS",
    };

    private static readonly Option<string?> JournalFile = new("--journal")
    {
        Description = "With --async: append to this file when each request begins and ends: role, process, monotonic clock, request",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Sign = new("--sign")
    {
        Description = "Append a frame to each reply that says who gave it: role, process, term, how many requests it has served, monotonic clock; "
            + "with --async the clock at the begin and at the end.",
    };

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Log every state message, vote and transition to standard error.",
    };

    public static int Run(string[] args, Action<Settings> serve)
    {
        var command = new RootCommand(
            "One half of a Binary Star pair: a server that echoes every request unchanged. SIGUSR1 hands the pair over to the other half; "
            + "SIGUSR2 promotes a backup that was started alone.")
        {
            Primary, Backup, Voter, Local, Remote, Preset, Heartbeat, FailoverTimeout, PeerHeartbeat, PeerFailoverTimeout, DetectCrash, Async, DrainTimeout, JournalFile, Sign, Verbose,
        };
        command.Validators.Add(line =>
        {
            if (line.GetValue(Primary) == line.GetValue(Backup))
                line.AddError("Say either --primary or --backup.");
            foreach (var option in new Option[] { DrainTimeout, JournalFile })
            {
                if (line.GetResult(option) is not null && line.GetResult(Async) is null) line.AddError($"{option.Name} needs --async.");
            }
        });
        command.SetAction(line => Serve(command, Read(line), serve));

        var parsed = command.Parse(args);
        if (parsed.Errors.Count == 0) return parsed.Invoke();

        return Usage(command, string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
    }

    private static Settings Read(ParseResult line)
    {
        // The guide's ports: each node's local endpoint is the other's remote one.
        var primary = line.GetValue(Primary);
        var options = new BinaryStarOptions(line.GetValue(Preset))
        {
            Role = primary ? BinaryStarRole.Primary : BinaryStarRole.Backup,
            LocalEndpoints = line.GetValue(Local) is { Length: > 0 } local ? local : [primary ? "tcp://*:5003" : "tcp://*:5004"],
            RemoteEndpoints = line.GetValue(Remote) is { Length: > 0 } remote ? remote : [primary ? "tcp://localhost:5004" : "tcp://localhost:5003"],
            DetectCrash = line.GetValue(DetectCrash),
        };
        options.HeartbeatInterval = Span(line, Heartbeat) ?? options.HeartbeatInterval;
        options.FailoverTimeout = Span(line, FailoverTimeout) ?? options.FailoverTimeout;
        options.PeerHeartbeatInterval = Span(line, PeerHeartbeat) ?? options.PeerHeartbeatInterval;
        options.PeerFailoverTimeout = Span(line, PeerFailoverTimeout) ?? options.PeerFailoverTimeout;
        return new Settings(
            line.GetValue(Voter) ?? (primary ? "tcp://*:5001" : "tcp://*:5002"), options,
            Requests(line), line.GetValue(Async), line.GetValue(JournalFile), line.GetValue(Sign), line.GetValue(Verbose));
    }

    private static VoterOptions Requests(ParseResult line)
    {
        var options = new VoterOptions();
        options.DrainTimeout = Span(line, DrainTimeout) ?? options.DrainTimeout;
        return options;
    }

    private static TimeSpan? Span(ParseResult line, Option<int?> milliseconds) =>
        line.GetValue(milliseconds) is { } value ? TimeSpan.FromMilliseconds(value) : null;

    private static Option<int?> Milliseconds(string name, string description) =>
        new(name) { Description = $"{description} [default: the preset's]", HelpName = "MS" };

    // By its name alone: an enumeration's own parser takes any number.
    private static BinaryStarPreset ParsePreset(ArgumentResult result)
    {
        var name = result.Tokens[0].Value;
        var names = Enum.GetNames<BinaryStarPreset>();
        if (names.Contains(name, StringComparer.OrdinalIgnoreCase)) return Enum.Parse<BinaryStarPreset>(name, ignoreCase: true);
        result.AddError($"--preset '{name}' must be one of {string.Join(", ", names)}.");
        return default;
    }

    private static WaitTime? ParseWait(ArgumentResult result)
    {
        if (result.Tokens.Count == 0) return new WaitTime(0, 0);
        if (WaitTime.TryParse(result.Tokens[0].Value, out var wait)) return wait;
        result.AddError($"--async '{result.Tokens[0].Value}' must be milliseconds, as in 20 or 0-200, an hour at most.");
        return null;
    }

    private static int Serve(RootCommand command, Settings settings, Action<Settings> serve)
    {
        if (!IsEndpoint(settings.Voter)) return Usage(command, $"--voter '{settings.Voter}' must be tcp://address:port, with * for all addresses.");

        try
        {
            serve(settings);
            return Success;
        }
        catch (ArgumentException badOption)
        {
            // The library knows best which timeouts and endpoints make no pair. The echo itself throws none of these.
            return Usage(command, badOption.Message);
        }
#pragma warning disable CA1031 // Whatever ended the server, its user is told in one line rather than with a stack.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"error: {fault.Message.ReplaceLineEndings(" ")}");
            return Fault;
        }
    }

    private static bool IsEndpoint(string endpoint)
    {
        const string tcp = "tcp://";
        var port = endpoint.LastIndexOf(':') + 1;
        return endpoint.StartsWith(tcp, StringComparison.Ordinal) && port > tcp.Length + 1 && ushort.TryParse(endpoint.AsSpan(port), CultureInfo.InvariantCulture, out _);
    }

    private static int Usage(RootCommand command, string wrong)
    {
        Console.Error.WriteLine($"error: {wrong}");
        Console.Error.WriteLine();
        command.Parse("--help").Invoke(new InvocationConfiguration { Output = Console.Error });
        return BadUsage;
    }
}
