using System.CommandLine;

namespace ShardedClient;

/// <summary>What the command line asks for; without a count the client goes on until it is interrupted.</summary>
internal sealed record Settings(IReadOnlyList<Pair> Pairs, int Keys, int? Count, TimeSpan Interval);

/// <summary>The options, their defaults, and the exit code: 0 when done, 2 on bad usage, 1 on a fault.</summary>
internal static class CommandLine
{
    private const int Success = 0;
    private const int Fault = 1;
    private const int BadUsage = 2;

    private static readonly Option<string[]> Pairs = new("--pair")
    {
        Description = "A pair's name, and where its primary and its backup are asked; say it once for each pair",
        HelpName = "NAME=ENDPOINT,ENDPOINT",
        Required = true,
    };

    private static readonly Option<int> Keys = new("--keys")
    {
        Description = "How many keys to ask for at a time: key-1, key-2, and so on",
        HelpName = "N",
        DefaultValueFactory = _ => 8,
    };

    private static readonly Option<int?> Count = new("--count")
    {
        Description = "How many requests to send for each key [default: until interrupted]",
        HelpName = "N",
    };

    private static readonly Option<int> Interval = new("--interval")
    {
        Description = "How long to wait between a reply and the next request for its key, in milliseconds",
        HelpName = "MS",
        DefaultValueFactory = _ => 1000,
    };

    public static int Run(string[] args, Func<Settings, Task> ask)
    {
        var command = new RootCommand("Asks several echo pairs: each key belongs to one of them.") { Pairs, Keys, Count, Interval };
        command.SetAction((line, _) => Ask(command, line, ask));

        var parsed = command.Parse(args);
        // Signals are the client's own to handle, with a summary at the end.
        if (parsed.Errors.Count == 0) return parsed.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null });

        return Usage(command, string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
    }

    private static async Task<int> Ask(RootCommand command, ParseResult line, Func<Settings, Task> ask)
    {
        if (line.GetValue(Keys) < 1) return Usage(command, "--keys must be 1 or more.");
        if (line.GetValue(Count) < 1) return Usage(command, "--count must be 1 or more.");
        if (line.GetValue(Interval) < 0) return Usage(command, "--interval must be 0 or more.");

        try
        {
            await ask(new Settings(
                [.. line.GetRequiredValue(Pairs).Select(Pair.Parse)], line.GetValue(Keys), line.GetValue(Count), TimeSpan.FromMilliseconds(line.GetValue(Interval))));
            return Success;
        }
        catch (Exception badOption) when (badOption is ArgumentException or FormatException)
        {
            // The library knows best which endpoints make no pair.
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
