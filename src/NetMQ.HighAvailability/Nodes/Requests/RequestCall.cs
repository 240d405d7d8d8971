using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Nodes.Requests;

/// <summary>A request in progress: its handler's task, and the way back to its client.</summary>
#pragma warning disable CA1001 // TakeReply, which is called once for each call, disposes of the limit.
#pragma warning disable CA2012 // The same goes for the task: it is consumed once.
internal sealed class RequestCall
{
    private readonly RequestServer server;
    private ValueTask<VoterReply> task;
    private CancellationToken token;
    private TimeLimit? limit;

    public RequestCall(RequestServer server, VoterRequest request, int client, TimeSpan accepted)
    {
        this.server = server;
        Request = ReplyTo = request;
        Client = client;
        Accepted = accepted;
        token = request.Term.Token;
    }

    public VoterRequest Request { get; }

    /// <summary>Whose envelope the reply gets: the newest copy's of the same request.</summary>
    public VoterRequest ReplyTo { get; set; }

    /// <summary>How much memory it keeps in use.</summary>
    public long Bytes => ReplyTo == Request ? Request.Bytes : Request.Bytes + ReplyTo.Bytes;

    public int Client { get; }

    public TimeSpan Accepted { get; }

    /// <summary>Whether its handler was told to end, because the term is over or its time is up.</summary>
    public bool IsCancelled => token.IsCancellationRequested;

    /// <summary>Whether that was because its time is up.</summary>
    public bool IsOverdue => IsCancelled && !Request.Term.Token.IsCancellationRequested;

    /// <summary>Its term was over before its turn came: the handler was never called.</summary>
    public bool WasTooLate { get; private set; }

    /// <summary>Calls the handler, unless the term is over: on a busy thread pool a call may wait for long. Any thread. False: it will be <see cref="RequestServer.Finished">reported</see> when it has ended.</summary>
    public bool Start()
    {
        try
        {
            if (server.HandlerTimeout is { } timeout)
            {
                limit = new TimeLimit(timeout, server.Time, token);
                token = limit.Token;
            }

            WasTooLate = token.IsCancellationRequested && Request.Term.Token.IsCancellationRequested;
            task = WasTooLate ? ValueTask.FromCanceled<VoterReply>(token) : server.Handler(Request, token);
        }
#pragma warning disable CA1031 // It is the call's outcome.
        catch (Exception e)
#pragma warning restore CA1031
        {
            task = ValueTask.FromException<VoterReply>(e);
        }

        if (task.IsCompleted) return true;
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => server.Finished(this));
        return false;
    }

    /// <summary>What the handler returned. Once, after its end.</summary>
    /// <exception cref="Exception">Whatever the handler threw.</exception>
    public VoterReply TakeReply()
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        finally
        {
            limit?.Dispose();
        }
    }

    /// <summary>A token that is cancelled with another one, or after some time.</summary>
    private sealed class TimeLimit : IDisposable
    {
        private readonly CancellationTokenSource source;
        private readonly CancellationTokenRegistration registration;

        public TimeLimit(TimeSpan timeout, TimeProvider time, CancellationToken term)
        {
            source = new CancellationTokenSource(timeout, time);
            registration = term.UnsafeRegister(static source => Safely.Run(((CancellationTokenSource)source!).Cancel), source);
        }

        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            registration.Dispose();
            source.Dispose();
        }
    }
}
