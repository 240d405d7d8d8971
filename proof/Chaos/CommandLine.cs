using System.Globalization;
using NetMQ.HighAvailability.Chaos.Triangles;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>The options; <see cref="Wrong"/> says what is wrong with them.</summary>
internal sealed class CommandLine
{
    public const string Help =
        """
        Kills, stops, starves, misleads and cuts apart pairs of real EchoServer processes while a client asks both all the time.

        Usage: Chaos [options]

          --faults <n>   how many faults (100), divided among the pairs
          --pairs <n>    how many pairs side by side (1)
          --seed <n>     the faults and their order; without it a new one is drawn, and printed. Odd: with crash
                         detection; the seed of each further pair is the next. Odd when halved: with asynchronous
                         handlers, which take up to 50 ms, and so on in every other pair
          --async        asynchronous handlers in all pairs
          --only <kind>  only this kind of fault; may be repeated
          --arbiter <a>  postgres or etcd: pairs with such an arbiter, which has a place of its own in the network; other
                         faults, and other properties: nothing is excused. Needs network namespaces
          --loopback     all on the loopback interface, even where network namespaces are allowed
          --quiet        do not report each fault on the error stream
          --report <file>
                         write what is printed to a file as well, with the date, the commit and the machine
          --kinds        what this machine allows, what not, and why
          --help         this text

        In network namespaces (root, util-linux, iproute2, /dev/net/tun) the servers have a link of their own, which is
        harmed alone. What the machine does not allow is left out, with the reason.

        Exit code: 0 if every property held, 1 if one did not, 2 on wrong usage, 130 if it was cancelled.

        Kinds, with H the heartbeat and F the failover timeout:

        """;

    public int Faults { get; private set; } = 100;

    public int Pairs { get; private set; } = 1;

    public int Seed { get; private set; } = Random.Shared.Next(1, 1_000_000);

    public List<Mischief> Only { get; } = [];

    /// <summary>Those of a pair with an arbiter.</summary>
    public List<Fault> OnlyFaults { get; } = [];

    /// <summary>The engine of the arbiter; null for pairs without one.</summary>
    public string? Arbiter { get; private set; }

    public bool Loopback { get; private set; }

    /// <summary>All handlers are asynchronous.</summary>
    public bool Async { get; private set; }

    public bool Quiet { get; private set; }

    /// <summary>A file for what is printed; null for none.</summary>
    public string? Report { get; private set; }

    public bool WantsKinds { get; private set; }

    public bool WantsHelp { get; private set; }

    public string? Wrong { get; private set; }

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        for (var i = 0; i < args.Length && line.Wrong is null && !line.WantsHelp; i++)
        {
            var option = args[i];
            switch (option)
            {
                case "--help" or "-h": line.WantsHelp = true; break;
                case "--kinds": line.WantsKinds = true; break;
                case "--quiet": line.Quiet = true; break;
                case "--async": line.Async = true; break;
                case "--loopback": line.Loopback = true; break;
                case "--report" when ++i < args.Length && args[i] is [not '-', ..]: line.Report = args[i]; break;
                case "--faults" when Number(args, ref i, least: 1) is { } number: line.Faults = number; break;
                case "--pairs" when Number(args, ref i, least: 1) is { } number: line.Pairs = number; break;
                case "--seed" when Number(args, ref i, least: 0) is { } number: line.Seed = number; break;
                case "--only" when ++i < args.Length && line.AddKind(args[i]): break;
                case "--arbiter" when ++i < args.Length && args[i] is "postgres" or "etcd": line.Arbiter = args[i]; break;
                default: line.Wrong = $"{option}: no such option, or not with this value; --help has them all."; break;
            }
        }

        var (asked, possible) = line.Arbiter is null ? (line.OnlyFaults.Count, line.Only.Count) : (line.Only.Count, line.OnlyFaults.Count);
        if (asked > 0 && possible == 0) line.Wrong ??= "--only: there is no such fault of pairs with an arbiter, or of pairs without one.";
        return line;
    }

    // Some are of both, with and without an arbiter.
    private bool AddKind(string name)
    {
        if (char.IsDigit(name[0])) return false;
        var (isMischief, isFault) = (Enum.TryParse(name, ignoreCase: true, out Mischief mischief), Enum.TryParse(name, ignoreCase: true, out Fault fault));
        if (isMischief) Only.Add(mischief);
        if (isFault) OnlyFaults.Add(fault);
        return isMischief || isFault;
    }

    private static int? Number(string[] args, ref int i, int least) =>
        ++i < args.Length && int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number : null;
}
