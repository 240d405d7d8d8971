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
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Tun[] ends;
    private readonly Way[] ways = [Way.Free, Way.Free];
    private readonly Thread[] carriers;
    private volatile bool over;
    private long dropped;
    private long delayed;

    public Wire(Tun first, Tun second)
    {
        ends = [first, second];
        carriers = [Carrier(0), Carrier(1)];
    }

    /// <summary>Packets that were thrown away, and that were held up.</summary>
    public (long Dropped, long Delayed) Harm => (Interlocked.Read(ref dropped), Interlocked.Read(ref delayed));

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
        var packet = new byte[4096];
        while (!over)
        {
            var length = ends[sender].Read(packet, Patience);
            if (length == 0) continue;

            var way = Volatile.Read(ref ways[sender]);
            if (Random.Shared.NextDouble() < way.Loss) Interlocked.Increment(ref dropped);
            else if (way.Delay == default) ends[1 - sender].Write(packet, length);
            else _ = DeliverLater(1 - sender, packet[..length], way.Delay + way.Jitter * (Random.Shared.NextDouble() * 2 - 1));
        }
    }

    private async Task DeliverLater(int receiver, byte[] packet, TimeSpan delay)
    {
        Interlocked.Increment(ref delayed);
        await Task.Delay(delay).ConfigureAwait(false);
        if (!over) ends[receiver].Write(packet, packet.Length);
    }
}
