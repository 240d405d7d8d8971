using System.Globalization;
using System.Text.RegularExpressions;
using Processes;

namespace FencedLedger;

/// <summary>A booking that was confirmed to the client.</summary>
internal sealed record Booking(string Reference, long Amount, long Entry, string Server, long Token);

/// <summary>The demo's client, in a process of its own, and what it was told.</summary>
internal sealed partial class Customer(IReadOnlyList<string> arguments) : IDisposable
{
    private readonly List<Booking> confirmed = [];
    private readonly Lock gate = new();
    private SampleProcess? process;

    public IReadOnlyList<Booking> Confirmed
    {
        get
        {
            lock (gate) return [.. confirmed];
        }
    }

    public IEnumerable<string> Errors => process?.Errors ?? [];

    public void Start() => process = SampleProcess.Start("FencedLedger", ["client", .. arguments], Read);

    /// <summary>It begins nothing more, and ends when all that it has begun is confirmed.</summary>
    public async Task<int> FinishAsync(CancellationToken cancellation)
    {
        process!.Terminate();
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    public void Dispose() => process?.Dispose();

    private void Read(string line)
    {
        if (Pattern().Match(line) is not { Success: true, Groups: var groups }) return;
        lock (gate) confirmed.Add(new Booking(groups[1].Value, Number(groups[2]), Number(groups[3]), groups[4].Value, Number(groups[5])));
    }

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^confirmed (\S+): (\d+) as entry (\d+) by (\w+) with token (\d+),")]
    private static partial Regex Pattern();
}
