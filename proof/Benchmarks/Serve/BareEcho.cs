using NetMQ;
using NetMQ.Sockets;

namespace Benchmarks.Serve;

/// <summary>
/// NetMQ without us: a ROUTER in a poller. Either one message for each event, as users write it, or up to 256 with a
/// reused <see cref="Msg"/>, the best that NetMQ gives.
/// </summary>
internal sealed class BareEcho : IServer
{
    private const int MaxMessages = 256;

    private readonly RouterSocket router = new();
    private readonly NetMQPoller poller;
    private Msg frame;

    public BareEcho(string voter, bool drain, int highWatermark = 0, NetMQCertificate? keys = null)
    {
        frame.InitEmpty();
        router.Options.SendHighWatermark = highWatermark;
        router.Options.ReceiveHighWatermark = highWatermark;
        if (keys is not null)
        {
            router.Options.CurveServer = true;
            router.Options.CurveCertificate = keys;
        }

        router.Bind(voter);
        if (drain) router.ReceiveReady += (_, _) => EchoAll();
        else router.ReceiveReady += (_, _) => EchoOne();
        poller = [router];
    }

    public void Run() => poller.Run();

    /// <summary>Bytes allocated.</summary>
    public long[] Report() => [GC.GetTotalAllocatedBytes(precise: true)];

    public void Dispose()
    {
        poller.Dispose();
        router.Dispose();
    }

    private void EchoOne()
    {
        var message = router.ReceiveMultipartMessage();
        router.SendMultipartMessage(message);
    }

    private void EchoAll()
    {
        for (var i = 0; i < MaxMessages && router.TryReceive(ref frame, TimeSpan.Zero); i++)
        {
            var more = frame.HasMore;
            router.TrySend(ref frame, TimeSpan.Zero, more);
            while (more)
            {
                router.TryReceive(ref frame, TimeSpan.Zero);
                more = frame.HasMore;
                router.TrySend(ref frame, TimeSpan.Zero, more);
            }
        }
    }
}
