using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>A client of one voter, in the simplest form.</summary>
internal sealed class Client : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly DealerSocket socket = new();
    private int number;

    public Client(string endpoint)
    {
        // Set before it connects, or they count for nothing: a full queue would block a test forever.
        socket.Options.SendHighWatermark = 0;
        socket.Options.ReceiveHighWatermark = 0;
        socket.Connect(endpoint);
    }

    public DealerSocket Socket => socket;

    public static Client Of(TestNode node) => new(node.Ports.VoterEndpoint(node.Star.Status.Role));

    /// <summary>Sends one request; whether its own answer came soon.</summary>
    public bool Ask()
    {
        var text = (++number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        socket.SendFrame(text);
        while (socket.TryReceiveFrameString(Patience, out var reply))
        {
            if (reply == text) return true;
        }

        return false;
    }

    /// <summary>Sends requests until one is answered.</summary>
    public void AskUntilAnswered() => Wait.Until(Ask, "an answer");

    public void Dispose() => socket.Dispose();
}
