namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>Whether a node's process runs.</summary>
internal enum Status : byte
{
    Dead,
    Live,
    Paused,
    Booting, // takes its first turn in the coming tick
}

/// <summary>
/// The whole pair between two ticks, in five words: what the check stores, compares and hashes. Times inside are
/// relative, so that the same situation at another time is the same world.
/// </summary>
internal record struct World
{
    public ulong Primary;
    public ulong Backup;
    public Link ToPrimary;
    public Link ToBackup;
    public Chances Chances;

    public readonly ulong Node(int who) => who == 0 ? Primary : Backup;

    public void SetNode(int who, ulong node)
    {
        if (who == 0) Primary = node;
        else Backup = node;
    }

    /// <summary>The link that ends at <paramref name="who"/>.</summary>
    public readonly Link To(int who) => who == 0 ? ToPrimary : ToBackup;

    public void SetTo(int who, Link link)
    {
        if (who == 0) ToPrimary = link;
        else ToBackup = link;
    }

    /// <summary>64 bits of it: a visited world is remembered by these alone.</summary>
    public readonly ulong Hash()
    {
        var h = Mix(Primary ^ 0x9E3779B97F4A7C15UL, Backup ^ 0xD1B54A32D192ED03UL);
        h = Mix(h ^ ToPrimary.Word, ToBackup.Word ^ 0x8CB92BA72F3D8DD7UL);
        h = Mix(h ^ Chances.Word, 0xA0761D6478BD642FUL);
        h = (h ^ (h >> 32)) * 0xE7037ED1A0B428DBUL;
        h ^= h >> 29;
        return h == 0 ? 1 : h;
    }

    private static ulong Mix(ulong a, ulong b)
    {
        a = (a ^ (a >> 31)) * 0xBF58476D1CE4E5B9UL;
        b = (b ^ (b >> 33)) * 0x94D049BB133111EBUL;
        var high = Math.BigMul(a ^ (b >> 29), b | 1, out var low);
        return (high + (a * 0x9FB21C651E98DF25UL)) ^ (low + b);
    }
}
