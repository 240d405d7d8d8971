using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.HighAvailability.Chaos.Networks;

namespace NetMQ.HighAvailability.Chaos.Troubles;

/// <summary>What happens to the link between the servers, while the clients reach both.</summary>
internal sealed class LinkTrouble(Pair pair, Random dice)
{
    private readonly List<Span> divided = [];

    private static TimeSpan H => Pair.Heartbeat;

    private static TimeSpan F => Pair.FailoverTimeout;

    public IReadOnlyList<Span> Divided => divided;

    private Cable Cable => pair.Network.Cable ?? throw new InvalidOperationException("There is no link that could be harmed.");

    public Task Delay() => Harm(
        null, new Way(Delay: TimeSpan.FromMilliseconds(20), Jitter: TimeSpan.FromMilliseconds(10)), 2 * F, 4 * F);

    // Three heartbeats in a row may be lost, or be late by TCP's growing timer, which is the same: a death, to the peer.
    public Task Lose() => Divide(
        null, new Way(Loss: 0.2 + 0.1 * dice.NextDouble()), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));

    /// <param name="sender">Only what this one sends is lost; null: both ways are cut.</param>
    // A packet that is lost in a cut comes when TCP sends it again, 200 ms later at first and then after twice the time: a
    // cut of up to H is a silence of less than 3H. Of a longer one TCP can make a silence of F.
    public Task Cut(Half? sender) => Harm(sender, Way.Cut, H / 2, H);

    /// <inheritdoc cref="Cut" />
    public Task CutForLong(Half? sender) => Divide(sender, Way.Cut, F, 3 * F);

    private async Task Harm(Half? sender, Way way, TimeSpan least, TimeSpan most)
    {
        try
        {
            if (sender is null) Cable.SetBoth(way);
            else Cable.Set(sender.Index, way);
            await dice.Rest(least, most);
        }
        finally
        {
            Cable.SetBoth(Way.Free);
        }
    }

    private async Task Divide(Half? sender, Way way, TimeSpan least, TimeSpan most)
    {
        var from = Clock.Now;
        try
        {
            await Harm(sender, way, least, most);
            await pair.Settle();
        }
        finally
        {
            divided.Add(new Span(from, Clock.Now));
        }
    }
}
