using NetMQ.HighAvailability.Chaos.Networks;
using NetMQ.HighAvailability.Chaos.Troubles;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>What the machine allows, and why it does not allow the rest.</summary>
internal sealed record Facilities(bool Namespaces, IReadOnlyDictionary<Mischief, string> LeftOut)
{
    private const string FullDevice = "/dev/full";

    public IEnumerable<Mischief> Possible => Mischiefs.All.Where(mischief => !LeftOut.ContainsKey(mischief));

    /// <param name="loopback">Leave the network alone, whatever is allowed.</param>
    public static Facilities Find(bool loopback = false)
    {
        var leftOut = new Dictionary<Mischief, string>();
        var noNamespaces = loopback ? "the loopback interface was asked for" : Refusal(() => Network.Isolated().Dispose());
        if (noNamespaces is not null)
        {
            foreach (var mischief in Mischiefs.OfTheLink) leftOut.Add(mischief, noNamespaces);
        }

        if (Refusal(SteppedClock.Compile) is { } noClock) leftOut.Add(Mischief.ClockStepped, noClock);
        if (!File.Exists(FullDevice)) leftOut.Add(Mischief.FullDisk, $"there is no {FullDevice}");
        return new Facilities(noNamespaces is null, leftOut);
    }

    public Network CreateNetwork() => Namespaces ? Network.Isolated() : Network.Loopback();

    private static string? Refusal(Action attempt)
    {
        try
        {
            attempt();
            return null;
        }
        catch (IOException refused)
        {
            return refused.Message;
        }
    }
}
