using System.Diagnostics;
using NetMQ;
using NetMQ.HighAvailability;

namespace PairMonitor;

/// <summary>Listens to both nodes. One thread.</summary>
internal sealed class Watcher : IDisposable
{
    private const int MostMessages = 1024; // of each node in one look: a flood must not keep it from ending

    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(20);

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly StateSubscriber primary;
    private readonly StateSubscriber backup;

    /// <param name="pair">The nodes.</param>
    /// <param name="own">The monitor's own keys, where the pair's link is secured.</param>
    public Watcher(Pair pair, NetMQCertificate? own)
    {
        Pair = pair;
        primary = new StateSubscriber(pair.Primary.Endpoint, pair.Primary.Key, own);
        backup = new StateSubscriber(pair.Backup.Endpoint, pair.Backup.Key, own);
    }

    public Pair Pair { get; }

    /// <summary>Receives what has come, and waits a moment.</summary>
    public void Look()
    {
        // All that one look finds came at one time: the order in which the nodes published it is unknown, and what one
        // published before it died may lie behind what the other published later.
        var now = clock.Elapsed;
        for (var i = 0; i < MostMessages; i++)
        {
            if (!(Receive(Pair.Primary, primary, now) | Receive(Pair.Backup, backup, now))) break;
        }

        (Pair.Primary.Now, Pair.Backup.Now) = (now, now);
        Thread.Sleep(Nap);
    }

    public void Dispose()
    {
        primary.Dispose();
        backup.Dispose();
    }

    private static bool Receive(Node node, StateSubscriber subscriber, TimeSpan now)
    {
        if (!subscriber.TryReceive(out var state)) return false;
        node.Receive(state, subscriber.Token, subscriber.ServesBy, now);
        return true;
    }
}
