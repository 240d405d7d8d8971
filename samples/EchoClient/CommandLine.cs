using System.CommandLine;
using NetMQ;
using NetMQ.HighAvailability;

namespace EchoClient;

/// <summary>What the command line asks for; without a count the client goes on until it is interrupted.</summary>
internal sealed record Settings(
    IReadOnlyList<string> Servers, NetMQCertificate? ServerKey, NetMQCertificate? OwnKey, string? Text, int? Count, TimeSpan Interval, string? Plot);

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

    private static readonly Option<string?> ServerKey = new("--server-key")
    {
        Description = "The servers' public key file, where their voters have keys",
        HelpName = "FILE",
    };

    private static readonly Option<string?> OwnKey = new("--own-key")
    {
        Description = "The client's own secret key file, where the servers serve known clients alone",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Send = new("--send")
    {
        Description = "Send this each time, and print the replies: to a server that is no echo server, such as HostedServer [default: numbers, and each reply must be the same]",
        HelpName = "TEXT",
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

    private static readonly Option<string?> Plot = new("--plot")
    {
        Description = "Draw the latency over time, with the failovers, into this file at the end",
        HelpName = "FILE.png",
    };

    public static int Run(string[] args, Func<Settings, Task> ask)
    {
        var command = new RootCommand("Asks the echo pair, and fails over to the other server when one does not answer.")
        {
            Server, ServerKey, OwnKey, Send, Count, Interval, Plot,
        };
        command.SetAction((line, _) => Ask(command, line, ask));

        var parsed = command.Parse(args);
        // Signals are the client's own to handle, with a summary at the end.
        if (parsed.Errors.Count == 0) return parsed.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null });

        return Usage(command, string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
    }

    private static NetMQCertificate? Load(ParseResult line, Option<string?> option)
    {
        if (line.GetValue(option) is not { } file) return null;
        try
        {
            return CurveKeyFile.Load(file);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{option.Name} '{file}' cannot be read as a key file: {e.Message}");
        }
    }

    private static async Task<int> Ask(RootCommand command, ParseResult line, Func<Settings, Task> ask)
    {
        if (line.GetValue(Count) < 1) return Usage(command, "--count must be 1 or more.");
        if (line.GetValue(Interval) < 0) return Usage(command, "--interval must be 0 or more.");
        if (line.GetValue(Plot)?.EndsWith(".png", StringComparison.OrdinalIgnoreCase) == false) return Usage(command, "--plot must name a .png file.");

        try
        {
            var (key, own) = (Load(line, ServerKey), Load(line, OwnKey));
            await ask(new Settings(
                line.GetRequiredValue(Server), key, own, line.GetValue(Send), line.GetValue(Count), TimeSpan.FromMilliseconds(line.GetValue(Interval)), line.GetValue(Plot)));
            return Success;
        }
        catch (ArgumentException badOption)
        {
            // The library knows best which endpoints make no pair, and what is no key file.
            return Usage(command, badOption.Message);
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
}
