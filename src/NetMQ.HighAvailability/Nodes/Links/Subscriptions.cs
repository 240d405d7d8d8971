namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>What one subscriber has asked for. A state message is one digit, so few topics can match any.</summary>
internal sealed class Subscriptions
{
    private const int MaxTopics = 64;

    private readonly List<byte[]> topics = [];

    /// <summary>Whether it is subscribed to everything, as a node is.</summary>
    public bool ToAll => topics.Exists(topic => topic.Length == 0);

    /// <returns>False: too many.</returns>
    public bool Add(ReadOnlySpan<byte> topic)
    {
        if (topics.Count == MaxTopics) return false;
        topics.Add(topic.ToArray());
        return true;
    }

    public void Remove(ReadOnlySpan<byte> topic)
    {
        for (var i = 0; i < topics.Count; i++)
        {
            if (!topic.SequenceEqual(topics[i])) continue;
            topics.RemoveAt(i);
            return;
        }
    }

    public bool Matches(ReadOnlySpan<byte> message)
    {
        foreach (var topic in topics)
        {
            if (message.StartsWith(topic)) return true;
        }

        return false;
    }
}
