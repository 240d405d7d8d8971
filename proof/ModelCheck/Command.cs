namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>What the command line asks for.</summary>
internal sealed record Command
{
    public const string Usage =
        """
        Explores every interleaving of two Binary Star engines and their network within a budget of faults.

        Usage: ModelCheck <verb> [options]

          small                 the budgets of every test run, and each rule taken out (about two minutes)
          large                 the large budgets (over 100 million states; up to an hour, up to 4 GB)
          arbiter [small]       the rules of an arbiter, and each of them taken out (about a minute)
          arbiter large         the same with all that can happen (200 million states; up to an hour, up to 12 GB)
          arbiter <name>        scenarios of an arbiter by their names, or by the beginning of them
          run <name> [<name>…]  scenarios by their names, or by the beginning of them
          list                  the names of all scenarios
          try <key=value>…      a scenario of your own (see below)

        Options:
          --trace               print the counterexample of every scenario, also of those that are to fail
          --progress            report progress on the error stream
          --limit <states>      stop each scenario after so many states
          --safety-only         do not check that a node serves once the faults are over
          --report <file>       write what is printed to a file as well, with the date, the commit and the machine
          --help                this text

        Keys of try: crash stop pause lost handover promote falseevidence garbage link (counts);
          kinds (CutToPrimary, CutToBackup, CutBoth, StallToPrimary, StallToBackup, StallBoth, OneWayCuts, Cuts, Stalls)
          cutmax (ticks); H F D (ticks); evidence instant slow dualok maydie (0 or 1);
          whocrash whopause wholose original (Primary, Backup, Both, None); OH OF (the original's ticks)
          without (Lease, Settle, Purge, Drain, OfferGuard, Garbage, YieldPolicy, DualPassive, Gap, GapExpiry,
          Quiet, EvidenceLifetime); expect (Safe, DualAccept, Fatal, NotServing)

        Exit code: 0 if every scenario ended as expected, 1 if one did not, 2 on wrong usage.
        """;

    public required string Verb { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public bool Trace { get; init; }

    public bool Progress { get; init; }

    public bool SafetyOnly { get; init; }

    public long Limit { get; init; }

    /// <summary>A file for what is printed; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>Fails with a <see cref="FormatException"/> that says what is wrong.</summary>
    public static Command Parse(string[] args)
    {
        var command = new Command { Verb = "" };
        var words = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h": return command with { Verb = "help" };
                case "--trace": command = command with { Trace = true }; break;
                case "--progress": command = command with { Progress = true }; break;
                case "--safety-only": command = command with { SafetyOnly = true }; break;
                case "--limit":
                    if (++i == args.Length || !long.TryParse(args[i], out var limit) || limit <= 0)
                        throw new FormatException("--limit takes a number of states, 1 or more.");
                    command = command with { Limit = limit };
                    break;
                case "--report":
                    if (++i == args.Length || args[i] is [] or ['-', ..]) throw new FormatException("--report takes the name of a file.");
                    command = command with { Report = args[i] };
                    break;
                case ['-', ..]: throw new FormatException($"There is no option {args[i]}.");
                default: words.Add(args[i]); break;
            }
        }

        if (words.Count == 0) throw new FormatException("A verb is missing.");
        if (words[0] is not ("small" or "large" or "arbiter" or "run" or "list" or "try")) throw new FormatException($"There is no verb {words[0]}.");
        if (words[0] == "run" && words.Count == 1) throw new FormatException("run takes the name of a scenario.");
        if (words[0] == "arbiter" && words.Count > 2) throw new FormatException("arbiter takes one name, in quotes.");
        if (words[0] is "small" or "large" or "list" && words.Count > 1) throw new FormatException($"{words[0]} takes no arguments.");
        return command with { Verb = words[0], Arguments = words[1..] };
    }
}
