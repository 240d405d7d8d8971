namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>The network between the nodes.</summary>
internal sealed class Wire(Scenario scenario, Clockwork clockwork)
{
    public void Send(ref World world, int from, int message)
    {
        var to = 1 - from;
        var link = world.To(to);
        var status = EngineCodec.StatusOf(world.Node(to));
        if (link.Subscribing || status is Status.Dead or Status.Booting || world.Chances.CutTo(to) || WillPurge(world, to)) return;

        // A receiver that reads nothing for long must not make the world infinite. More of the same than can be
        // received in separate turns changes nothing, and what a paused node finds it receives in one.
        if (status == Status.Paused && link.EndsWith(message, 2)) return;
        if ((world.Chances.StalledTo(to) || scenario.Without == Rule.Drain) && link.EndsWith(message, scenario.D + 2)) return;
        world.SetTo(to, link.Append(message));
    }

    /// <summary>Whether a paused node is sure to throw away what is sent to it: then it need not be kept.</summary>
    public bool WillPurge(in World world, int who)
    {
        var node = world.Node(who);
        return EngineCodec.StatusOf(node) == Status.Paused
            && Clockwork.Ticks(Math.Max(EngineCodec.ClockOf(node), 1) + 1) > clockwork.Timing.Heartbeat // passive or not
            && scenario.Without != Rule.Purge && (scenario.Original & Names.Who(who)) == 0;
    }

    /// <summary>A tick passes.</summary>
    public void Age(ref World world)
    {
        for (var to = 0; to < 2; to++)
        {
            if (WillPurge(world, to)) world.SetTo(to, default);
            if (world.Chances.StalledTo(to)) continue;
            var link = world.To(to);
            if (link.Word == 0) continue;
            world.SetTo(to, link.Aged(scenario.D, SubscriptionTravels(world, to)));
        }
    }

    /// <summary>
    /// Whether the subscription that opens the link to this node can reach the publisher, if the publisher takes a
    /// turn now. A connection needs both processes and both directions; a one-way cut is one of messages alone.
    /// </summary>
    public static bool SubscriptionArrives(in World world, int to) =>
        world.To(to).Subscribing && EngineCodec.StatusOf(world.Node(to)) == Status.Live
        && (world.Chances.Fault & ~LinkFaults.OneWayCuts) == 0;

    private static bool SubscriptionTravels(in World world, int to) =>
        SubscriptionArrives(world, to) && EngineCodec.StatusOf(world.Node(1 - to)) == Status.Live;

    /// <summary>How many of the messages for this node must arrive in this turn, and how many may.</summary>
    public (int Least, int Most) Arrivals(in World world, int to)
    {
        if (world.Chances.StalledTo(to)) return (0, 0);
        var link = world.To(to);
        var least = 0;
        if (scenario.Without != Rule.Drain)
        {
            while (least < link.Count && link.Age(least) >= scenario.D) least++;
        }

        return (least, link.Count);
    }
}
