using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>What the shell does after every call to the engine: take the change of state, and publish what is due.</summary>
internal struct Voice(PairEngine engine, Wire wire, int me, int loses, List<string>? story)
{
    /// <summary>How often the node has published in this turn.</summary>
    public int Count { get; private set; }

    public void Take(ref World world)
    {
        if (engine.TryTakeTransition(out var change)) story?.Add($"becomes {change.To} ({change.Cause})");
        if (!engine.TryTakePublish(out var message)) return;

        var lost = (loses >> Count & 1) != 0;
        Count++;
        if (lost) world.Chances = world.Chances.Spent(Chance.Loss);
        else wire.Send(ref world, me, (int)message);
        story?.Add($"says {(int)message} ({Words.Of(message)}){(lost ? ", which is lost" : "")}");
    }
}
