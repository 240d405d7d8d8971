using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

internal enum LinkFault : byte
{
    None,
    Cut,   // messages are dropped
    Stall, // messages are held
}

/// <summary>One direction of the state link: the subscription of one node to the other.</summary>
internal sealed class SimLink
{
    /// <summary>Counts the subscriber's sockets: what was sent to a former one arrives nowhere.</summary>
    public int Epoch { get; private set; }

    /// <summary>The publisher knows of the subscription; what it published before is lost.</summary>
    public bool Subscribed { get; private set; }

    /// <summary>The subscription has reached a publisher that stands still, and learns of it when it goes on.</summary>
    public bool SubscriptionWaits { get; set; }

    public LinkFault Fault { get; set; }

    /// <summary>So many of the next messages are lost.</summary>
    public int LoseNext { get; set; }

    /// <summary>Held up by a stall.</summary>
    public List<(int Message, MandateStamp Stamp)> Held { get; } = [];

    /// <summary>When the last message arrives: none overtakes another.</summary>
    public TimeSpan LastArrival { get; set; }

    public void Open()
    {
        Subscribed = true;
        SubscriptionWaits = false;
    }

    /// <summary>The publisher has ended. What it had sent still arrives.</summary>
    public void Break()
    {
        Subscribed = SubscriptionWaits = false;
        LastArrival = TimeSpan.Zero;
    }

    /// <summary>The subscriber has a new socket.</summary>
    public void Renew()
    {
        Break();
        Epoch++;
        Held.Clear();
    }
}
