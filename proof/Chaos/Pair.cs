using System.Globalization;
using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.HighAvailability.Chaos.Networks;
using Processes;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>A primary, a backup, the network that they are in, and a client that asks both.</summary>
internal sealed class Pair : IDisposable
{
    // Long enough that a shared machine does not make the pair change hands by itself all the time.
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan FailoverTimeout = 4 * Heartbeat;
    public static readonly TimeSpan Lease = (0.98 * FailoverTimeout - Heartbeat / 4) / 2;

    // Of asynchronous handlers, in milliseconds.
    private const string Work = "0-50";

    /// <summary>How long a request may be in progress on a busy machine, with much to spare: a term that ends then does not answer it.</summary>
    public static readonly TimeSpan InProgress = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string[] states;

    public Pair(Network network, bool detectCrash, bool asynchronous)
    {
        Network = network;
        var ports = FreePorts.Take(4);
        var voters = network.VoterAddresses.Select((address, i) => $"tcp://{address}:{ports[i]}").ToArray();
        states = [.. network.StateAddresses.Select((address, i) => $"tcp://{address}:{ports[2 + i]}")];
        string[] more = [.. detectCrash ? ["--detect-crash"] : Array.Empty<string>(), .. asynchronous ? ["--async", Work] : Array.Empty<string>()];
        Halves =
        [
            new Half(0, "primary", voters[0], [.. Arguments("--primary", voters[0], states[0], states[1]), .. more], network.Enter(0), Journal),
            new Half(1, "backup", voters[1], [.. Arguments("--backup", voters[1], states[1], states[0]), .. more], network.Enter(1), Journal),
        ];
        Asker = new Asker(voters);
    }

    public IReadOnlyList<Half> Halves { get; }

    public Network Network { get; }

    public Asker Asker { get; }

    public Journal Journal { get; } = new();

    /// <summary>How often the service has changed hands, or begun.</summary>
    public int Terms => Halves.Sum(half => half.Terms.Count);

    private bool IsWhole => (Halves[0].State, Halves[1].State) is ("active", "passive") or ("passive", "active");

    public Half Other(Half half) => Halves[1 - half.Index];

    /// <summary>Where this server publishes its state.</summary>
    public string State(Half half) => states[half.Index];

    public string Describe() => string.Join(" and ", Halves.Select(half => $"{half.Name} {half.State} ({half.LastOutput})"));

    /// <summary>Waits until one is active and the other passive, and the active one has answered since.</summary>
    public async Task BecomeWhole()
    {
        await Until(() => IsWhole, () => $"one server is active and the other passive; they are {Describe()}");
        var since = Clock.Now;
        await Until(
            () => IsWhole && Halves.Any(half => half.State == "active" && Asker.LastAnswered(half.Index) > since),
            () => $"the pair serves; {Asker.Describe()}; they are {Describe()}");
    }

    /// <summary>
    /// Waits until the pair is whole and the two have received from each other for F: a passive server does not report that it receives
    /// nothing, as after a pause, or on a link that carries packets again and on which TCP has yet to try again.
    /// </summary>
    public async Task Settle()
    {
        await BecomeWhole();
        if (Network.Cable is not { } wire) return;

        var since = Clock.Now;
        await Until(
            () =>
            {
                if (!IsWhole || wire.Silence > 2 * Heartbeat) since = Clock.Now;
                return Clock.Now - since > FailoverTimeout;
            },
            () => $"the servers receive each other over their link; they are {Describe()}");
    }

    /// <summary>Orders the other one to hand over, until this one is active.</summary>
    public async Task MakeActive(Half half)
    {
        // The order may come to nothing on a busy machine: it has its own time limit.
        for (var tries = 5; tries > 0 && half.State != "active"; tries--)
        {
            await BecomeWhole();
            if (half.State == "active") return;

            Other(half).HandOver();
            var since = Clock.Now;
            await Until(() => half.State == "active" || Clock.Now - since > 2 * FailoverTimeout, () => "the order comes to something");
        }

        if (half.State != "active") throw new InvalidOperationException($"Five orders to hand over did not make the {half.Name} active; they are {Describe()}");
        await BecomeWhole();
    }

    /// <summary>Orders whichever is active to hand over to the other.</summary>
    public async Task ChangeHands()
    {
        Half? active;
        do
        {
            await BecomeWhole();
            active = Halves.FirstOrDefault(half => half.State == "active"); // on a busy machine it may give up just now
        }
        while (active is null);
        await MakeActive(Other(active));
    }

    /// <summary>Waits for the condition, not for a time; the limit is only there so that a broken pair ends the run.</summary>
    public static async Task Until(Func<bool> condition, Func<string> what)
    {
        var since = Clock.Now;
        while (!condition())
        {
            if (Clock.Now - since > Limit) throw new TimeoutException($"Waited {Limit.TotalSeconds} s until {what()}");
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        Asker.Dispose();
        foreach (var half in Halves) half.Dispose();
        Network.Dispose();
    }

    private static string[] Arguments(string role, string voter, string local, string remote) =>
    [
        role, "--voter", voter, "--local", local, "--remote", remote, "--sign",
        "--heartbeat", Heartbeat.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        "--failover-timeout", FailoverTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
    ];
}
