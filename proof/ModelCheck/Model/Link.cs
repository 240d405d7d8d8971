namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>
/// One direction of the state link: the messages on their way, oldest first, each with its age, and whether the
/// subscription that opens it has reached the publisher. One word.
/// </summary>
internal record struct Link(ulong Word)
{
    private const int HeaderBits = 7;
    private const int EntryBits = 5;
    private const int Capacity = 11;
    private const int FormerAt = 62;
    private const ulong EntriesMask = (1UL << FormerAt) - 1;

    public readonly int Count => (int)(Word & 15);

    /// <summary>The subscription is on its way: what is published meanwhile is lost.</summary>
    public readonly bool Subscribing => (Word & 16) != 0;

    public readonly int SubscriptionAge => (int)(Word >> 5) & 3;

    /// <summary>How many of the first messages are of the publisher's former life, on a connection of their own.</summary>
    public readonly int Former => (int)(Word >> FormerAt);

    public readonly int Message(int index) => (int)(Word >> (HeaderBits + index * EntryBits)) & 7;

    public readonly int Age(int index) => (int)(Word >> (HeaderBits + index * EntryBits + 3)) & 3;

    /// <summary>The subscriber is new, or has a new socket: nothing of before reaches it.</summary>
    public static Link Renewed => new(16);

    /// <summary>The publisher is new: what its former life sent still arrives.</summary>
    public readonly Link WithNewPublisher() =>
        new((Word & EntriesMask & ~0x60UL) | 16 | ((ulong)(uint)Math.Min(Count, 3) << FormerAt));

    public readonly Link Subscribed() => new(Word & ~0x70UL);

    public readonly Link Append(int message)
    {
        if (Count == Capacity) throw new InvalidOperationException("A link holds more messages than the model has room for.");
        return new((Word | ((ulong)(uint)message << (HeaderBits + Count * EntryBits))) + 1);
    }

    /// <summary>Whether the last <paramref name="count"/> messages are all this one.</summary>
    public readonly bool EndsWith(int message, int count)
    {
        if (Count < count) return false;
        for (var i = Count - count; i < Count; i++)
        {
            if (Message(i) != message) return false;
        }

        return true;
    }

    public readonly Link WithoutFirst(int count)
    {
        var header = (Word & 0x70UL) | (uint)(Count - count) | ((ulong)(uint)Math.Max(Former - count, 0) << FormerAt);
        var entries = (Word & EntriesMask) >> (HeaderBits + count * EntryBits);
        return new(count >= Capacity ? header : header | (entries << HeaderBits));
    }

    /// <summary>A tick passes.</summary>
    public readonly Link Aged(int oldest, bool subscriptionTravels)
    {
        var word = Word & (15UL | ~EntriesMask);
        if (Subscribing) word |= 16 | ((ulong)(uint)(subscriptionTravels ? Math.Min(SubscriptionAge + 1, oldest) : 0) << 5);
        for (var i = 0; i < Count; i++)
            word |= (ulong)(uint)(Message(i) | (Math.Min(Age(i) + 1, oldest) << 3)) << (HeaderBits + i * EntryBits);
        return new(word);
    }
}
