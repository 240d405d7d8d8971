using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using Processes;

namespace FencedLedger;

/// <summary>A pair and its client as processes, and two freezes: one before the fence of a transaction, one behind it.</summary>
internal sealed class Demo : IDisposable
{
    private const int HeartbeatMs = 400;
    private const int FailoverTimeoutMs = 1600;
    private const int PauseMs = 500;
    private const int IntervalMs = 100;

    // The primary is frozen before its fence, and woken before PostgreSQL ends its transactions; the backup behind it, until PostgreSQL does.
    private const int LongTimeoutMs = 120_000;
    private const int ShortTimeoutMs = 4000;

    private const int Enough = 5; // bookings that show that the pair is at work

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly Lock gate = new();
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"demo{Random.Shared.Next():x}");
    private readonly Audit audit;
    private readonly CancellationToken cancellation;
    private readonly Node primary;
    private readonly Node backup;
    private readonly Customer customer;

    private Demo(string database, NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        this.cancellation = cancellation;
        audit = new Audit(dataSource);
        var ports = FreePorts.Take(4).Select(port => $"tcp://127.0.0.1:{port}").ToArray();
        primary = new Node("primary", ports[0], Arguments("--primary", 0, 1, 2, "--pause-before-fence", LongTimeoutMs), Say);
        backup = new Node("backup", ports[3], Arguments("--backup", 3, 2, 1, "--pause-before-commit", ShortTimeoutMs), Say);
        customer = new Customer(["--server", primary.Voter, "--server", backup.Voter, "--name", name, "--interval", $"{IntervalMs}"]);

        string[] Arguments(string role, int voter, int local, int remote, string pause, int timeout) =>
        [
            role, "--database", database, "--voter", ports[voter], "--local", ports[local], "--remote", ports[remote],
            "--heartbeat", $"{HeartbeatMs}", "--failover-timeout", $"{FailoverTimeoutMs}", pause, $"{PauseMs}", "--transaction-timeout", $"{timeout}",
        ];
    }

    public static async Task<int> RunAsync(string database)
    {
        if (!Signals.AreSupported) throw new PlatformNotSupportedException("the demo freezes processes with signals, which needs Linux or macOS");

        using var interrupted = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        await using var dataSource = NpgsqlDataSource.Create(database);
        using var demo = new Demo(database, dataSource, interrupted.Token);
        return await demo.PlayAsync();

        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }
    }

    public void Dispose()
    {
        customer.Dispose();
        primary.Dispose();
        backup.Dispose();
    }

    private async Task<int> PlayAsync()
    {
        try
        {
            await BeginAsync();
            await FreezeBeforeFenceAsync();
            await FreezeBehindFenceAsync();
            if (await EndAsync()) return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Say("interrupted: the processes are killed");
            return 1;
        }
        catch (Exception trouble) when (trouble is TimeoutException or InvalidOperationException or NpgsqlException)
        {
            Say(trouble.Message);
        }

        foreach (var line in new[] { primary.Errors, backup.Errors, customer.Errors }.SelectMany(lines => lines)) Console.WriteLine(line);
        Console.WriteLine("The demo has failed.");
        return 1;
    }

    private async Task BeginAsync()
    {
        Say($"a pair starts, with the database for its arbiter: heartbeat {HeartbeatMs} ms, failover timeout {FailoverTimeoutMs} ms");
        primary.Start();
        backup.Start();
        await WholeAsync(primary, backup);
        await audit.IdleAsync(primary.Name, cancellation); // connects, and is quick when a server is frozen
        Say($"a client begins a booking every {IntervalMs} ms; each transaction takes {PauseMs} ms");
        customer.Start();
        await BooksAsync(primary);
    }

    private async Task FreezeBeforeFenceAsync()
    {
        await FreezeAsync(primary, idle => idle is { Unfenced: > 0, Fenced: 0 });
        Say("the primary is frozen (SIGSTOP) amid transactions that are not fenced yet: they hold up nobody's take-over");
        await Until.True(() => backup.IsActive, "the backup takes over", cancellation);
        await BooksAsync(backup);
        if (await audit.IdleAsync(primary.Name, cancellation) is not { Unfenced: > 0 and var open }) throw new InvalidOperationException("the primary's transactions are no longer open");

        var refused = primary.Refused.Count;
        Say($"the primary is woken (SIGCONT): it has {open} transactions open, and goes on to commit them");
        primary.Wake();
        await Until.True(() => primary.Refused.Count > refused, "the primary's commits fail", cancellation);
        if (!primary.Refused.Skip(refused).All(line => line.Contains("StaleTermException", StringComparison.Ordinal))) throw new InvalidOperationException("a commit failed, but not by the fence");
        await WholeAsync(backup, primary);
    }

    private async Task FreezeBehindFenceAsync()
    {
        await BooksAsync(backup);
        await FreezeAsync(backup, idle => idle.Fenced > 0);
        Say("the backup is frozen amid transactions that are fenced: the primary cannot take over while these can be committed");
        await Until.True(() => primary.IsActive, "the primary takes over", cancellation);
        if (await audit.IdleAsync(backup.Name, cancellation) is not { Fenced: 0 }) throw new InvalidOperationException("the primary took over while fenced transactions of the backup were open");
        Say($"PostgreSQL has ended them before, for they were idle for {ShortTimeoutMs} ms (idle_in_transaction_session_timeout)");
        await BooksAsync(primary);

        var refused = backup.Refused.Count;
        Say("the backup is woken, and goes on to commit");
        backup.Wake();
        await Until.True(() => backup.Refused.Count > refused, "the backup's commits fail", cancellation);
        await WholeAsync(primary, backup);
    }

    private async Task<bool> EndAsync()
    {
        Say("the client ends when all that it has begun is confirmed");
        var code = await customer.FinishAsync(cancellation);
        var confirmed = customer.Confirmed;
        var booked = await audit.BookedAsync(name, cancellation);
        foreach (var server in new[] { backup, primary }) await server.StopAsync(cancellation); // the passive one first: no hand-over is wanted

        return Balance(confirmed, booked) && code == 0;
    }

    // As records, with entry, amount, token and server; a reference that is there twice would be in the one list more often than in the other.
    private static bool Balance(IReadOnlyList<Booking> confirmed, IReadOnlyList<Booking> booked)
    {
        var terms = booked.GroupBy(booking => booking.Token).OrderBy(term => term.Key).Select(term => (Token: term.Key, Count: term.Count(), Servers: term.Select(booking => booking.Server).Distinct().ToList())).ToList();
        var right = confirmed.OrderBy(booking => booking.Entry).SequenceEqual(booked)
            && booked.DistinctBy(booking => booking.Reference).Count() == booked.Count
            && terms.TrueForAll(term => term.Servers.Count == 1);

        Console.WriteLine();
        foreach (var (token, count, servers) in terms) Console.WriteLine($"token {token}: {count,4} bookings, all by the {string.Join(" AND THE ", servers)}");
        Console.WriteLine($"confirmed: {confirmed.Count} bookings, {confirmed.Sum(booking => booking.Amount)} in all");
        Console.WriteLine($"in the ledger: {booked.Count} bookings, {booked.Sum(booking => booking.Amount)} in all");
        Console.WriteLine(right ? "The ledger has each confirmed booking once, and nothing else." : "THE LEDGER IS WRONG.");
        return right;
    }

    /// <summary>Freezes a server amid a transaction. One that has gone on meanwhile is woken at once, and frozen in a later one.</summary>
    private async Task FreezeAsync(Node server, Predicate<(long Unfenced, long Fenced)> isWanted)
    {
        // The lease that a server takes when it is alone would hold up the take-over for longer than what is shown here.
        await Until.True(async () => await audit.LeaseAsync(cancellation) == 0, $"the {server.Name} serves by its peer's promise", cancellation);
        var seen = server.Paused;
        await Until.True(
            async () =>
            {
                if (server.IsPassive) await WholeAsync(server, Peer(server));
                if (server.Paused == seen) return false;
                seen = server.Paused;
                server.Freeze();
                if (isWanted(await audit.IdleAsync(server.Name, cancellation))) return true;
                server.Wake();
                return false;
            },
            $"the {server.Name} is amid a transaction", cancellation);
    }

    /// <summary>Waits until one serves and the other stands by. On a busy machine they may change places by themselves, and are made to change back.</summary>
    private async Task WholeAsync(Node active, Node standby)
    {
        while (true)
        {
            await Until.True(() => IsWhole(active, standby) || IsWhole(standby, active), $"the {active.Name} is active and the {standby.Name} passive", cancellation);
            if (IsWhole(active, standby)) return;
            Say($"the {standby.Name} serves, and is started anew so that the {active.Name} does");
            await standby.StopAsync(cancellation);
            standby.Start();
        }
    }

    private static bool IsWhole(Node active, Node standby)
    {
        foreach (var server in new[] { active, standby })
        {
            if (server.HasEnded) throw new InvalidOperationException($"the {server.Name} has ended");
        }

        return active.IsActive && standby.IsPassive;
    }

    private Node Peer(Node server) => server == primary ? backup : primary;

    /// <summary>Waits for some more bookings by a server, and tells with which token they were made.</summary>
    private async Task BooksAsync(Node server)
    {
        var before = Booked().Count;
        await Until.True(
            async () =>
            {
                if (server.IsPassive) await WholeAsync(server, Peer(server));
                return Booked().Count >= before + Enough;
            },
            $"the {server.Name} books", cancellation);
        Say($"{Enough} bookings are confirmed by the {server.Name}, with token {Booked()[^1].Token}");

        List<Booking> Booked() => [.. customer.Confirmed.Where(booking => booking.Server == server.Name)];
    }

    private void Say(string what)
    {
        lock (gate) Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.00} s  {what}");
    }
}
