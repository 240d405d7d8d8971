using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>A peer that says whatever a test wants: a bare PUB in the other node's place.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly XPublisherSocket publisher = new();

    public RawPeer(int port)
    {
        publisher.Options.XPubVerbose = true;
        publisher.Options.SendHighWatermark = 0;
        publisher.Bind($"tcp://127.0.0.1:{port}");
    }

    /// <summary>Waits until the node listens.</summary>
    public RawPeer Heard()
    {
        Wait.Until(() => publisher.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(20), out _), "the node to subscribe");
        return this;
    }

    public void Say(string message) => publisher.SendFrame(message);

    public void Say(params byte[][] frames) => publisher.SendMultipartBytes(frames);

    /// <summary>Says <paramref name="message"/> until the node has got somewhere.</summary>
    public void SayUntil(string message, Func<bool> condition, string what) => Wait.Until(
        () =>
        {
            Say(message);
            Thread.Sleep(20);
            return condition();
        },
        what);

    public void Dispose() => publisher.Dispose();
}
