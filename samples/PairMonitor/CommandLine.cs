using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NetMQ;
using NetMQ.HighAvailability;

namespace PairMonitor;

/// <summary>The options, their defaults, and the exit code, which is Nagios's: 0 well, 1 warning, 2 critical, 3 bad usage or unknown.</summary>
internal static class CommandLine
{
    private const int Unknown = 3;

    private static readonly Option<string> Primary = Endpoint("--primary", "Where the primary publishes its state", "tcp://localhost:5003");
    private static readonly Option<string> Backup = Endpoint("--backup", "Where the backup publishes its state", "tcp://localhost:5004");

    private static readonly Option<string?> PrimaryKey = KeyFile("--primary-key", "primary");
    private static readonly Option<string?> BackupKey = KeyFile("--backup-key", "backup");

    private static readonly Option<string?> OwnKey = new("--own-key")
    {
        Description = "The monitor's own secret key file, where the pair's link is secured; each node needs the public one in its MonitorKeyFolder",
        HelpName = "FILE",
    };

    private static readonly Option<int> Timeout = new("--failover-timeout")
    {
        Description = "After how long without a message a node counts as silent, in milliseconds; the pair's own",
        HelpName = "MS",
        DefaultValueFactory = _ => 2000,
    };

    private static readonly Option<bool> Once = new("--once") { Description = "Print the verdict as JSON and end with it: 0 healthy, 1 warning, 2 critical." };

    public static int Run(string[] args)
    {
        var command = new RootCommand("Watches a Binary Star pair: states, heartbeats, transitions, and whether both nodes are active.")
        {
            Primary, Backup, PrimaryKey, BackupKey, OwnKey, Timeout, Once, Keys(),
        };
        Timeout.Validators.Add(result =>
        {
            // What is no number is told anyway, and cannot be asked for.
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 60) result.AddError("--failover-timeout must be 60 ms or more.");
        });
        command.SetAction(Watch);

        var parsed = command.Parse(args);
        if (parsed.Errors.Count == 0) return parsed.Invoke();
        Console.Error.WriteLine($"error: {string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message))}");
        Console.Error.WriteLine();
        command.Parse(parsed.CommandResult.Command is RootCommand ? ["--help"] : [parsed.CommandResult.Command.Name, "--help"]).Invoke(new InvocationConfiguration { Output = Console.Error });
        return Unknown;
    }

    private static int Watch(ParseResult line)
    {
        var silent = TimeSpan.FromMilliseconds(line.GetValue(Timeout));
        try
        {
            using var watcher = new Watcher(new Pair(
                new Node("primary", line.GetValue(Primary)!, Load(line.GetValue(PrimaryKey)), silent),
                new Node("backup", line.GetValue(Backup)!, Load(line.GetValue(BackupKey)), silent)), Load(line.GetValue(OwnKey)));
            if (line.GetValue(Once)) return OneLook.Run(watcher, silent);
            Dashboard.Run(watcher);
            return 0;
        }
        catch (Exception e) when (e is NetMQException or ArgumentException or System.Net.Sockets.SocketException or FormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {e.Message.ReplaceLineEndings(" ")}");
            return Unknown;
        }
    }

    private static Command Keys()
    {
        var name = new Argument<string>("NAME") { Description = "What the files are called" };
        var folder = new Option<string>("--folder") { Description = "Where they go", DefaultValueFactory = _ => "." };
        var command = new Command("keys", "Makes a pair of CURVE keys: NAME.key to be given away, to the peer for example, and NAME.key_secret to be kept.") { name, folder };
        command.SetAction(line =>
        {
            try
            {
                var (publicFile, secretFile) = CurveKeyFile.Create(line.GetValue(folder)!, line.GetValue(name)!);
                Console.WriteLine($"{publicFile} (to be given away), {secretFile} (to be kept)");
                return 0;
            }
            catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"error: {e.Message}");
                return Unknown;
            }
        });
        return command;
    }

    private static NetMQCertificate? Load(string? file) => file is null ? null : CurveKeyFile.Load(file);

    private static Option<string?> KeyFile(string name, string role) =>
        new(name) { Description = $"The {role}'s public key file, where the pair's link is secured", HelpName = "FILE" };

    private static Option<string> Endpoint(string name, string description, string preset)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "ENDPOINT", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            if (!IsEndpoint(result)) result.AddError($"{name} must be tcp://host:port.");
        });
        return option;
    }

    private static bool IsEndpoint(OptionResult result) =>
        Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out var uri) && uri is { Scheme: "tcp", Port: > 0, Host.Length: > 0 };
}
