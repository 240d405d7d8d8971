namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>Small numbers laid into one word, one after the other.</summary>
internal ref struct BitWriter
{
    private int used;

    public ulong Word { get; private set; }

    public void Put(long value, int bits)
    {
        if (value < 0 || value >> bits != 0) throw new InvalidOperationException($"{value} does not fit into {bits} bits at bit {used}.");
        Word |= (ulong)value << used;
        used += bits;
        if (used > 64) throw new InvalidOperationException("The word is full.");
    }
}

/// <summary>Takes them out again in the same order.</summary>
internal ref struct BitReader(ulong word)
{
    private ulong rest = word;

    public int Take(int bits)
    {
        var value = (int)(rest & ((1UL << bits) - 1));
        rest >>= bits;
        return value;
    }
}
