namespace NetMQ.HighAvailability.ModelCheck.Search;

/// <summary>
/// The worlds that have been seen, by their 64-bit hash, each with a value. Open addressing; grows by doubling.
/// </summary>
/// <remarks>
/// Two worlds with one hash count as one, and the second would go unexplored. With n worlds that has befallen any
/// pair of them with a probability of about n² / 2⁶⁵: 3 in 10,000 for a hundred million.
/// </remarks>
internal sealed class VisitedSet<TValue>
    where TValue : unmanaged
{
    private ulong[] keys = new ulong[1 << 14];
    private TValue[] values = new TValue[1 << 14];
    private long mask = (1L << 14) - 1;

    public long Count { get; private set; }

    /// <summary>The value of the key, which is added with the default value if it was not there.</summary>
    public ref TValue At(ulong key, out bool added)
    {
        if (Count * 4 > mask * 3) Grow();
        var at = Find(keys, key, mask);
        added = keys[at] != key;
        if (added)
        {
            keys[at] = key;
            Count++;
        }

        return ref values[at];
    }

    private static long Find(ulong[] keys, ulong key, long mask)
    {
        var at = (long)(key >> 7) & mask;
        while (keys[at] != 0 && keys[at] != key) at = (at + 1) & mask;
        return at;
    }

    private void Grow()
    {
        var (oldKeys, oldValues) = (keys, values);
        mask = mask * 2 + 1;
        keys = new ulong[mask + 1];
        values = new TValue[mask + 1];
        for (var i = 0L; i < oldKeys.LongLength; i++)
        {
            if (oldKeys[i] == 0) continue;
            var at = Find(keys, oldKeys[i], mask);
            keys[at] = oldKeys[i];
            values[at] = oldValues[i];
        }
    }
}
