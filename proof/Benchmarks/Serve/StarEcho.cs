using NetMQ;
using NetMQ.HighAvailability;

namespace Benchmarks.Serve;

/// <summary>Ours: one node of a pair with an echo for its handler.</summary>
internal sealed class StarEcho : IServer
{
    private readonly BinaryStar star;
    private Msg received;

    /// <param name="voter">Where clients connect.</param>
    /// <param name="state">Role, local and remote endpoint.</param>
    /// <param name="inPlace">Whether the handler reads requests where they were received, rather than by NetMQ's frames.</param>
    /// <param name="keys">The voter's, if it is to use CURVE.</param>
    /// <param name="arbiter">The pair's, if it is to have one.</param>
    public StarEcho(string voter, string[] state, bool inPlace, NetMQCertificate? keys = null, IArbiter? arbiter = null)
    {
        received.InitEmpty();
        star = NewStar(state, keys, arbiter);
        star.RegisterVoter(voter, ZmqSocketType.Router, inPlace ? Echo : EchoFrames);
    }

    /// <param name="state">Role, local and remote endpoint.</param>
    /// <param name="keys">The voter's, if it is to use CURVE.</param>
    /// <param name="arbiter">The pair's, if it is to have one.</param>
    public static BinaryStar NewStar(string[] state, NetMQCertificate? keys = null, IArbiter? arbiter = null) => new(new BinaryStarOptions
    {
        Role = Enum.Parse<BinaryStarRole>(state[0]),
        LocalEndpoints = [state[1]],
        RemoteEndpoints = [state[2]],
        VoterCertificate = keys,
        Arbiter = arbiter,
        Name = "echo",
    });

    /// <summary>Bytes allocated, requests accepted, requests rejected, and 1 for an active node.</summary>
    public static long[] ReportOf(BinaryStar star)
    {
        var status = star.Status;
        return [GC.GetTotalAllocatedBytes(precise: true), status.VotesAccepted, status.VotesRejected, status.State == BinaryStarState.Active ? 1 : 0];
    }

    public void Run() => star.Run();

    /// <inheritdoc cref="ReportOf"/>
    public long[] Report() => ReportOf(star);

    public void Dispose() => star.Dispose();

    private static void Echo(VoterSocket client)
    {
        while (client.TryReceive(out var frame)) client.TrySend(frame, client.HasMore);
    }

    private void EchoFrames(VoterSocket client)
    {
        bool more;
        do
        {
            client.TryReceive(ref received, TimeSpan.Zero);
            more = received.HasMore;
            client.TrySend(ref received, TimeSpan.Zero, more);
        }
        while (more);
    }
}
