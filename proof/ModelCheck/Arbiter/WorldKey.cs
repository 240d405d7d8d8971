namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>A world in 128 bits: two worlds with the same key have the same future.</summary>
internal readonly record struct WorldKey(ulong First, ulong Second)
{
    /// <summary>Never zero.</summary>
    public ulong Hash()
    {
        var hash = 0x9E3779B97F4A7C15UL ^ First;
        hash *= 0xff51afd7ed558ccdUL;
        hash ^= hash >> 32;
        hash ^= Second;
        hash *= 0xc4ceb9fe1a85ec53UL;
        hash ^= hash >> 29;
        hash *= 0x9E3779B97F4A7C15UL;
        hash ^= hash >> 32;
        return hash == 0 ? 1 : hash;
    }
}

/// <summary>Puts small numbers into one word, and takes them out in the same order.</summary>
internal ref struct BitPacker(ulong code)
{
    private int at;

    public ulong Code { get; private set; } = code;

    public void Put(int value, int bits)
    {
        if ((uint)value >= 1u << bits) throw new InvalidOperationException($"{value} does not fit into {bits} bits.");
        Code |= (ulong)value << at;
        at += bits;
        if (at > 64) throw new InvalidOperationException("The word is full.");
    }

    public void Put(bool value) => Put(value ? 1 : 0, 1);

    public int Take(int bits)
    {
        var value = (int)(Code >> at) & ((1 << bits) - 1);
        at += bits;
        return value;
    }

    public bool Take() => Take(1) == 1;
}
