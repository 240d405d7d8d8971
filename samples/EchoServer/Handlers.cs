using System.Diagnostics;
using System.Text;
using NetMQ;
using NetMQ.HighAvailability;

namespace EchoServer;

/// <summary>The echo, in both of the forms that a handler may have.</summary>
internal sealed class Handlers(Settings settings, BinaryStar star, Journal? journal)
{
    private readonly string who = $"{settings.Options.Role} {Environment.ProcessId}".ToLowerInvariant();
    private long served;

    /// <summary>
    /// Runs once for each request that this node may serve, on the thread of star.Run; the frames it reads are the request's, the frames it sends
    /// go back to whoever asked. Each is read where it was received, so that the echo, unless it signs, allocates nothing.
    /// </summary>
    public void Echo(VoterSocket client)
    {
        var at = Stopwatch.GetTimestamp();
        while (client.TryReceive(out var frame)) client.TrySend(frame, more: client.HasMore || settings.Sign);

        if (settings.Sign) client.SendFrame($"{who} {star.Term?.Number} {++served} {at}");
    }

    /// <summary>The same on any thread, many at a time; it may await what it likes.</summary>
    public async ValueTask<VoterReply> EchoAsync(VoterRequest request, CancellationToken cancellation)
    {
        var at = Stopwatch.GetTimestamp();
        var number = Interlocked.Increment(ref served);
        journal?.Begin(who, request.Payload);
        try
        {
            await settings.Wait!.Value.Elapse(cancellation);
        }
        finally
        {
            journal?.End(who, request.Payload);
        }

        if (settings.Sign) return new VoterReply([.. request.Frames, Encoding.ASCII.GetBytes($"{who} {request.Term.Number} {number} {at} {Stopwatch.GetTimestamp()}")]);
        return request.Frames.Count > 1 ? new VoterReply(request.Frames) : request.Payload;
    }
}
