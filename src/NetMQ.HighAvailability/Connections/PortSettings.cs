using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Connections;

/// <summary>What a listening port is for, and what it allows.</summary>
internal sealed record PortSettings
{
    /// <summary>The port, for messages to people.</summary>
    public required string What { get; init; }

    public required SocketKind Kind { get; init; }

    /// <summary>Makes the security of a new connection.</summary>
    public required Func<Mechanism> NewMechanism { get; init; }

    /// <summary>The list that a peer's key must be in, beside those that <see cref="NewMechanism"/> allows by itself; none if null. Ends with the port.</summary>
    public KeyFolder? Keys { get; init; }

    /// <summary>Whether who has proved that key is still served.</summary>
    public Func<byte[], bool> IsAllowed { get; init; } = static _ => true;

    /// <summary>What one connection may send.</summary>
    public required WireLimits Limits { get; init; }

    /// <summary>The most connections at a time.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How many files and sockets of the process are left for what is not a connection of this port.</summary>
    public int ReservedDescriptors { get; init; } = 64;

    /// <summary>The most connections at a time whose handshake is not complete; the eldest makes room.</summary>
    public int MaxHandshakes { get; init; } = int.MaxValue;

    /// <summary>How long a handshake may take.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes that wait to be sent to one peer.</summary>
    public int MaxUnsent { get; init; } = 16 * 1024 * 1024;

    /// <summary>The most bytes that wait to be sent to all of them.</summary>
    public long MaxUnsentInAll { get; init; } = MostMemory;

    /// <summary>The most memory that holds messages which are not whole.</summary>
    public long MaxHeldInAll { get; init; } = MostMemory;

    /// <summary>How much memory clients may use of each kind: 256 MiB, but where memory is limited to less than 2 GiB, an eighth of it.</summary>
    public static long MostMemory => Math.Min(256L * 1024 * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);
}
