using System.Globalization;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>
/// Where the two servers of a pair are: in two network namespaces, with a link of their own between them and one each
/// to the clients; or all on the loopback interface, with no link that could be harmed.
/// </summary>
internal sealed class Network : IDisposable
{
    private static int made;

    private readonly NetworkNamespace[] namespaces;
    private readonly string[] clientLinks;

    private Network(NetworkNamespace[] namespaces, string[] clientLinks, Cable? wire, string[] voterAddresses, string[] stateAddresses)
    {
        this.namespaces = namespaces;
        this.clientLinks = clientLinks;
        Cable = wire;
        VoterAddresses = voterAddresses;
        StateAddresses = stateAddresses;
    }

    /// <summary>The servers' own link; null on the loopback interface.</summary>
    public Cable? Cable { get; }

    public IReadOnlyList<string> VoterAddresses { get; }

    public IReadOnlyList<string> StateAddresses { get; }

    public static Network Loopback() => new([], [], null, ["127.0.0.1", "127.0.0.1"], ["127.0.0.1", "127.0.0.1"]);

    /// <exception cref="IOException">The machine does not allow it; the message says what is refused.</exception>
    public static Network Isolated()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"c{Environment.ProcessId:x}.{Interlocked.Increment(ref made):x}");
        // Of the range that is reserved for tests of network devices, sixteen addresses by chance.
        var block = Random.Shared.Next(0x2000) << 4;
        string Address(int last) => string.Create(CultureInfo.InvariantCulture, $"198.{18 + (block >> 16)}.{(block >> 8) & 0xFF}.{(block & 0xFF) + last}");

        List<IDisposable> taken = [];
        try
        {
            var homes = new NetworkNamespace[2];
            var link = new Tun[2];
            for (var i = 0; i < 2; i++)
            {
                taken.Add(homes[i] = new NetworkNamespace());
                taken.Add(link[i] = new Tun($"{name}s{i}"));
                Tool.Run(
                    $"""
                    link set {name}s{i} netns {homes[i].HolderId}
                    link add {name}c{i} type veth peer name clients netns {homes[i].HolderId}
                    addr add {Address(1 + 2 * i)} peer {Address(2 + 2 * i)} dev {name}c{i}
                    link set {name}c{i} up

                    """,
                    "ip", "-batch", "-");
                Tool.Run(
                    $"""
                    link set lo up
                    addr add {Address(2 + 2 * i)} peer {Address(1 + 2 * i)} dev clients
                    link set clients up
                    addr add {Address(8 + i)} peer {Address(9 - i)} dev {name}s{i}
                    link set {name}s{i} up

                    """,
                    [.. homes[i].Enter, "ip", "-batch", "-"]);
            }

            return new Network(homes, [$"{name}c0", $"{name}c1"], new Cable(link[0], link[1]), [Address(2), Address(4)], [Address(8), Address(9)]);
        }
        catch
        {
            taken.ForEach(one => one.Dispose());
            throw;
        }
    }

    /// <summary>What starts a command where this server is.</summary>
    public IEnumerable<string> Enter(int server) => namespaces.Length == 0 ? [] : namespaces[server].Enter;

    /// <summary>Does something, such as making a socket, in this server's network.</summary>
    public T Do<T>(int server, Func<T> work) => namespaces.Length == 0 ? work() : namespaces[server].Do(work);

    public void Dispose()
    {
        Cable?.Dispose();
        // They would go with the namespaces, which the kernel keeps for minutes while a dead server's TCP tries to send.
        foreach (var link in clientLinks) Tool.Run("", "ip", "link", "delete", link);
        foreach (var home in namespaces) home.Dispose();
    }
}
