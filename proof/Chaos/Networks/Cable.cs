using System.Diagnostics;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>How packets fare in one direction of a link. The jitter is to both sides of the delay, so that packets overtake each other.</summary>
internal sealed record Way(double Loss = 0, TimeSpan Delay = default, TimeSpan Jitter = default)
{
    public static Way Free { get; } = new();

    public static Way Cut { get; } = new(Loss: 1);
}

/// <summary>
/// The link between the two servers, every packet of which goes through this program: what <c>tc netem</c> does, on
/// kernels too that are built without it.
/// </summary>
internal sealed class Cable : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Tun[] ends;
    private readonly Way[] ways = [Way.Free, Way.Free];
    private readonly Thread[] carriers;
    private volatile bool over;
    private readonly long[] lastContent = new long[2];
    private long dropped;
    private long delayed;

    public Cable(Tun first, Tun second)
    {
        ends = [first, second];
        carriers = [Carrier(0), Carrier(1)];
    }

    /// <summary>Packets that were thrown away, and that were held up.</summary>
    public (long Dropped, long Delayed) Harm => (Interlocked.Read(ref dropped), Interlocked.Read(ref delayed));

    /// <summary>For how long nothing has come through, in the worse direction, but the acknowledgements of the other.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Math.Min(Interlocked.Read(ref lastContent[0]), Interlocked.Read(ref lastContent[1])));

    /// <summary>What befalls the packets that this server sends.</summary>
    public void Set(int sender, Way way) => Volatile.Write(ref ways[sender], way);

    public void SetBoth(Way way)
    {
        Set(0, way);
        Set(1, way);
    }

    public void Dispose()
    {
        over = true;
        foreach (var carrier in carriers) carrier.Join();
        foreach (var end in ends) end.Dispose();
    }

    private Thread Carrier(int sender)
    {
        var thread = new Thread(() => Carry(sender)) { IsBackground = true, Name = $"wire {sender}" };
        thread.Start();
        return thread;
    }

    private void Carry(int sender)
    {
        Urgency.Claim();
        var packet = new byte[4096];
        while (!over)
        {
            var length = ends[sender].Read(packet, Patience);
            if (length == 0) continue;

            var way = Volatile.Read(ref ways[sender]);
            if (Random.Shared.NextDouble() < way.Loss)
            {
                Interlocked.Increment(ref dropped);
                continue;
            }

            if (HasContent(packet, length)) Interlocked.Exchange(ref lastContent[sender], Stopwatch.GetTimestamp());
            if (way.Delay == default) ends[1 - sender].Write(packet, length);
            else _ = DeliverLater(1 - sender, packet[..length], way.Delay + way.Jitter * (Random.Shared.NextDouble() * 2 - 1));
        }
    }

    // TCP over IPv4 with something behind both headers.
    private static bool HasContent(ReadOnlySpan<byte> packet, int length)
    {
        const int leastHeaders = 40;
        const byte tcp = 6;
        if (length < leastHeaders || packet[0] >> 4 != 4 || packet[9] != tcp) return false;

        var inner = (packet[0] & 0xF) * 4;
        return length > inner + (packet[inner + 12] >> 4) * 4;
    }

    private async Task DeliverLater(int receiver, byte[] packet, TimeSpan delay)
    {
        Interlocked.Increment(ref delayed);
        await Task.Delay(delay).ConfigureAwait(false);
        if (!over) ends[receiver].Write(packet, packet.Length);
    }
}
