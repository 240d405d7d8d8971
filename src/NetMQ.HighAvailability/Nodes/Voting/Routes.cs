using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using NetMQ.HighAvailability.Connections;

namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>Which connection has which routing id: the identity that the client has chosen, or a number that it is given.</summary>
/// <remarks>As with libzmq's ROUTER, a number is five bytes of which the first is zero; none that begins so can be chosen.</remarks>
internal sealed class Routes
{
    private const int NumberBytes = 5;

    private readonly Dictionary<byte[], Connection> routes = new(new Comparer());
    private readonly Dictionary<byte[], Connection>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private uint last = (uint)Random.Shared.NextInt64(uint.MaxValue + 1L); // a number of another run, or of the other node, is not taken for one of ours

    public Routes() => lookup = routes.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Whether another connection has the identity that a client has chosen, and has proved another key.</summary>
    public bool IsAnothers(Connection connection, byte[] identity) => TryFind(identity, out var present) && !present.Wire.PeerKey.AsSpan().SequenceEqual(connection.Wire.PeerKey);

    /// <summary>Gives a new connection its routing id, which becomes its <see cref="Connection.Tag"/>.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="identity">What the client has chosen, or nothing.</param>
    /// <returns>The connection that had the id before: it is replaced, for a client that returns after its line was cut must be served.</returns>
    public Connection? Add(Connection connection, byte[] identity)
    {
        var id = identity.Length > 0 ? identity : NextNumber();
        connection.Tag = id;
        routes.Remove(id, out var former);
        routes.Add(id, connection);
        return former;
    }

    public void Remove(Connection connection)
    {
        if (connection.Tag is byte[] id && routes.TryGetValue(id, out var present) && present == connection) routes.Remove(id);
    }

    public bool TryFind(ReadOnlySpan<byte> id, [NotNullWhen(true)] out Connection? connection) => lookup.TryGetValue(id, out connection);

    private byte[] NextNumber()
    {
        var id = new byte[NumberBytes];
        do BinaryPrimitives.WriteUInt32BigEndian(id.AsSpan(1), unchecked(++last));
        while (routes.ContainsKey(id));
        return id;
    }

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        // Different in each process: clients cannot choose identities that collide.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
