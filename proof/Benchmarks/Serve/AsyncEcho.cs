using NetMQ;
using NetMQ.HighAvailability;

namespace Benchmarks.Serve;

/// <summary>Where an echo is made that is done at once.</summary>
internal enum AsyncForm
{
    PollerThread, // an asynchronous handler, started on the node's thread
    Pool,         // one that is started on the thread pool
    Queue,        // a synchronous one which hands the request to the pool, whose reply comes back in a queue of NetMQ's: what one does without the others
}

/// <summary>One node of a pair with an echo that may take its time, but does not.</summary>
internal sealed class AsyncEcho : IServer
{
    private readonly BinaryStar star;
    private readonly NetMQQueue<NetMQMessage> replies = new();
    private VoterSocket? voter;

    /// <param name="endpoint">Where clients connect.</param>
    /// <param name="state">Role, local and remote endpoint.</param>
    /// <param name="form">Where the echo is made.</param>
    /// <param name="places">The most requests in progress, where there is such a limit.</param>
    public AsyncEcho(string endpoint, string[] state, AsyncForm form, int places)
    {
        star = StarEcho.NewStar(state);
        if (form == AsyncForm.Queue) UseQueue(endpoint);
        else star.RegisterVoter(endpoint, (request, _) => new ValueTask<VoterReply>(request.Payload), new VoterOptions { MaxConcurrency = places, StartOnPollerThread = form == AsyncForm.PollerThread });
    }

    public void Run() => star.Run();

    /// <inheritdoc cref="StarEcho.ReportOf"/>
    public long[] Report() => StarEcho.ReportOf(star);

    public void Dispose()
    {
        star.Dispose();
        replies.Dispose();
    }

    private void UseQueue(string endpoint)
    {
        star.RegisterVoter(endpoint, ZmqSocketType.Router, client =>
        {
            voter = client;
            var request = client.ReceiveMultipartMessage();
            _ = Task.Run(() => replies.Enqueue(request));
        });
        replies.ReceiveReady += (_, _) =>
        {
            while (replies.TryDequeue(out var reply, TimeSpan.Zero)) voter!.SendMultipartMessage(reply);
        };
        star.Poller.Add(replies);
    }
}
