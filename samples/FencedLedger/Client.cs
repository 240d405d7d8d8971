using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NetMQ.HighAvailability;

namespace FencedLedger;

/// <summary>What the command line asks of the client; without a count it goes on until it is interrupted.</summary>
internal sealed record ClientSettings(IReadOnlyList<string> Servers, string Name, int? Count, TimeSpan Interval);

/// <summary>Begins a booking now and then, and waits for none of them: one that has to wait for a frozen server keeps no other waiting.</summary>
internal static class Client
{
    private const int DifferentAmounts = 10;

    // A booking waits as long as a frozen server's transaction is open that may be its own.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(ClientSettings settings)
    {
        using var interrupted = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = settings.Servers, RequestTimeout = Patience });

        var (confirmed, total) = (0, 0L);
        var open = new List<Task<long>>();
        for (var number = 1; (settings.Count is not { } count || number <= count) && !interrupted.IsCancellationRequested && !open.Exists(booking => booking.IsFaulted); number++)
        {
            open.Add(BookAsync(client, 1 + (number % DifferentAmounts), $"{settings.Name}-{number}"));
            await Task.Delay(settings.Interval, interrupted.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            open.RemoveAll(IsConfirmed);
        }

        // Interrupted or not, and also after one that failed: what was begun may be booked, and is waited for.
        var rest = Task.WhenAll(open);
        await ((Task)rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        open.RemoveAll(IsConfirmed);
        Console.WriteLine($"{confirmed} bookings confirmed, {total} in all");
        await rest; // tells of the first that failed
        return 0;

        bool IsConfirmed(Task<long> booking)
        {
            if (!booking.IsCompletedSuccessfully) return false;
            (confirmed, total) = (confirmed + 1, total + booking.Result);
            return true;
        }

        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }
    }

    private static async Task<long> BookAsync(BinaryStarClient client, long amount, string reference)
    {
        var asked = TimeProvider.System.GetTimestamp();
        var reply = Encoding.UTF8.GetString(await client.RequestAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"book {amount} {reference}"))));
        if (reply.Split(' ') is not ["entry", var entry, "token", var token, "server", var server])
            throw new InvalidOperationException($"a server answered something else to '{reference}': is it a ledger?");

        Console.WriteLine($"confirmed {reference}: {amount} as entry {entry} by {server} with token {token}, after {TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds:0} ms");
        return amount;
    }
}
