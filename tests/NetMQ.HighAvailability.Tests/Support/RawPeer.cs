using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>A peer that publishes whatever a test wants: a bare PUB in the other node's place.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly XPublisherSocket publisher = new();

    public RawPeer(int port)
    {
        publisher.Options.XPubVerbose = true;
        publisher.Options.SendHighWatermark = 0;
        publisher.Bind($"tcp://127.0.0.1:{port}");
    }

    /// <summary>Waits until the node has subscribed.</summary>
    public RawPeer Subscribed()
    {
        Wait.Until(() => publisher.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(20), out _), "the node to subscribe");
        return this;
    }

    public void Publish(string message) => publisher.SendFrame(message);

    public void Publish(params byte[][] frames) => publisher.SendMultipartBytes(frames);

    /// <summary>Publishes <paramref name="message"/> until the condition holds.</summary>
    public void PublishUntil(string message, Func<bool> condition, string what) => Wait.Until(
        () =>
        {
            Publish(message);
            Thread.Sleep(20);
            return condition();
        },
        what);

    public void Dispose() => publisher.Dispose();
}
