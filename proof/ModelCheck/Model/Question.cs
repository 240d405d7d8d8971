using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>A shell that carries out nothing, to try what would happen.</summary>
internal sealed class Question : IPairShell
{
    public TimeSpan Now { get; set; }

    public bool IsDrained => true;

    public void Purge()
    {
    }

    public bool TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        (message, stamp) = (default, default);
        return false;
    }

    public void OnReceived(PeerMessage message, ReceiveResult result)
    {
    }

    public void Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
    }

    public void Apply(Transition transition)
    {
    }

    public void Ask(in ArbiterRequest request)
    {
    }
}
