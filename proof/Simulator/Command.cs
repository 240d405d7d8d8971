using System.Globalization;
using NetMQ.HighAvailability.Simulator.Life;

namespace NetMQ.HighAvailability.Simulator;

/// <summary>What the command line asks for.</summary>
internal sealed record Command(Plan Plan, int? Only, bool Help, bool Progress, string? Report = null, bool Table = false)
{
    public const string Usage =
        """
        Lets many pairs of Binary Star engines live for years among faults, operators and clients.

        Usage: Simulator [options]

          --pairs <n>        how many pairs (1000)
          --years <n>        how long each lives (1)
          --incidents <n>    incidents a year and pair, of one to six faults each (50)
          --clients <n>      clients of each pair (200)
          --heartbeat <ms>   H; F is 4H, for which the budgets of docs/model-check.md hold (500)
          --arbiter <policy> quorum or strict: the pairs have an arbiter, which may be down, cut off or slow; no two nodes may accept, whatever the
                             faults, and no token may come back (without: none)
          --table            instead: how long nobody serves after each fault of a pair with an arbiter, and after each two
          --seed <n>         replays a run; without it a new one is drawn, and printed
          --only <pair>      just this pair of the run, exactly as in it
          --trace            print what happened before a violation
          --progress         report progress on the error stream
          --report <file>    write what is printed to a file as well, with the date, the commit and the machine
          --help             this text

        Exit code: 0 if every property held, 1 if one did not, 2 on wrong usage.
        """;

    /// <summary>Fails with a <see cref="FormatException"/> that says what is wrong.</summary>
    public static Command Parse(string[] args)
    {
        var plan = new Plan { Seed = (ulong)Random.Shared.NextInt64(1, 1_000_000_000) };
        var command = new Command(plan, null, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            var option = args[i];
            switch (option)
            {
                case "--help" or "-h": return command with { Help = true };
                case "--trace": command = command with { Plan = command.Plan with { Trace = true } }; break;
                case "--table": command = command with { Table = true }; break;
                case "--progress": command = command with { Progress = true }; break;
                case "--pairs": command = command with { Plan = command.Plan with { Pairs = (int)Number(1, 10_000_000) } }; break;
                case "--years": command = command with { Plan = command.Plan with { Years = TimeSpan.FromDays(365) * Number(1, 10_000) } }; break;
                case "--incidents": command = command with { Plan = command.Plan with { IncidentsPerYear = (int)Number(1, 100_000) } }; break;
                case "--clients": command = command with { Plan = command.Plan with { Clients = (int)Number(1, 100_000) } }; break;
                case "--heartbeat": command = command with { Plan = command.Plan with { Heartbeat = TimeSpan.FromMilliseconds(Number(20, 60_000)) } }; break;
                case "--arbiter":
                    if (++i == args.Length || args[i] is not ("quorum" or "strict")) throw new FormatException("--arbiter takes quorum or strict.");
                    command = command with { Plan = command.Plan with { Arbiter = args[i] == "strict" ? ArbiterPolicy.Strict : ArbiterPolicy.Quorum } };
                    break;
                case "--seed": command = command with { Plan = command.Plan with { Seed = (ulong)Number(0, long.MaxValue) } }; break;
                case "--only": command = command with { Only = (int)Number(0, 10_000_000) }; break;
                case "--report":
                    if (++i == args.Length || args[i] is [] or ['-', ..]) throw new FormatException("--report takes the name of a file.");
                    command = command with { Report = args[i] };
                    break;
                default: throw new FormatException($"There is no option {option}.");
            }

            long Number(long least, long most)
            {
                if (++i < args.Length && long.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number >= least && number <= most) return number;
                throw new FormatException($"{option} takes a whole number from {least} to {most}.");
            }
        }

        return command;
    }
}
