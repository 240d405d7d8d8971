using System.Globalization;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>
/// Primary, backup and arbiter in a network namespace each, with a link between any two that can be harmed alone, and one each to
/// this program, which is never harmed: a client on each side, whatever the partition.
/// </summary>
internal sealed class TriangleNetwork : IDisposable
{
    public const int Arbiter = 2;

    private static readonly (int From, int To)[] Edges = [(0, 1), (0, Arbiter), (1, Arbiter)];
    private static int made;

    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId:x}.{Interlocked.Increment(ref made):x}");
    // Of the range that is reserved for tests of network devices, sixteen addresses by chance.
    private readonly int block = Random.Shared.Next(0x2000) << 4;
    private readonly NetworkNamespace[] corners = new NetworkNamespace[Edges.Length];
    private readonly Cable[] cables = new Cable[Edges.Length];
    private readonly List<IDisposable> taken = [];

    /// <exception cref="IOException">The machine does not allow it; the message says what is refused.</exception>
    public TriangleNetwork()
    {
        try
        {
            for (var corner = 0; corner < corners.Length; corner++) AddCorner(corner);
            for (var edge = 0; edge < Edges.Length; edge++) AddEdge(edge);
        }
        catch
        {
            taken.ForEach(one => one.Dispose());
            throw;
        }
    }

    /// <summary>The links: of the nodes, of the primary and the arbiter, of the backup and the arbiter.</summary>
    public IReadOnlyList<Cable> Cables => cables;

    /// <summary>Where this program reaches a corner.</summary>
    public string OutsideAddress(int corner) => Address(2 + 2 * corner);

    /// <summary>A node's address on the link of the nodes.</summary>
    public string NodeAddress(int node) => EdgeAddress(0, node);

    /// <summary>Where this node reaches the arbiter.</summary>
    public string ArbiterAddress(int node) => EdgeAddress(1 + node, 1);

    public string[] Enter(int corner) => corners[corner].Enter;

    public void Dispose()
    {
        foreach (var cable in cables) cable.Dispose();
        // They would go with the namespaces, which the kernel keeps for minutes while a dead server's TCP tries to send.
        for (var corner = 0; corner < corners.Length; corner++) Tool.Run("", "ip", "link", "delete", $"{name}c{corner}");
        foreach (var corner in corners) corner.Dispose();
    }

    private void AddCorner(int corner)
    {
        taken.Add(corners[corner] = new NetworkNamespace());
        Tool.Run(
            $"""
            link add {name}c{corner} type veth peer name clients netns {corners[corner].HolderId}
            addr add {Address(1 + 2 * corner)} peer {OutsideAddress(corner)} dev {name}c{corner}
            link set {name}c{corner} up

            """,
            "ip", "-batch", "-");
        Tool.Run(
            $"""
            link set lo up
            addr add {OutsideAddress(corner)} peer {Address(1 + 2 * corner)} dev clients
            link set clients up

            """,
            [.. Enter(corner), "ip", "-batch", "-"]);
    }

    private void AddEdge(int edge)
    {
        var ends = new Tun[2];
        for (var end = 0; end < ends.Length; end++)
        {
            var corner = end == 0 ? Edges[edge].From : Edges[edge].To;
            var device = $"{name}e{edge}{end}";
            taken.Add(ends[end] = new Tun(device));
            Tool.Run("", "ip", "link", "set", device, "netns", corners[corner].HolderId);
            Tool.Run(
                $"""
                addr add {EdgeAddress(edge, end)} peer {EdgeAddress(edge, 1 - end)} dev {device}
                link set {device} up

                """,
                [.. Enter(corner), "ip", "-batch", "-"]);
        }

        cables[edge] = new Cable(ends[0], ends[1]);
    }

    private string EdgeAddress(int edge, int end) => Address(8 + 2 * edge + end);

    private string Address(int last) => string.Create(CultureInfo.InvariantCulture, $"198.{18 + (block >> 16)}.{(block >> 8) & 0xFF}.{(block & 0xFF) + last}");
}
