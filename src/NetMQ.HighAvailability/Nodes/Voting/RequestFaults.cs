using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>What went wrong with requests and replies since the node's start.</summary>
internal struct RequestFaultCounts
{
    public long HandlerExceptions;
    public long UnfinishedReplies;
    public long UndeliverableReplies;
}

/// <summary>
/// Limits a handler's fault to the request that it failed on, or lets it end the node, as the application has chosen.
/// On the poller's thread.
/// </summary>
internal sealed class RequestFaults
{
    private readonly HandlerFaultPolicy policy;
    private readonly Clock clock;
    private readonly ILogger logger;
    private readonly LogThrottle throttle;
    private readonly NodeEvents events;
    private readonly Func<Action, bool> post;
    private readonly CallbackContext context;
    private Voter? voter;
    private RequestFaultCounts counts;

    public RequestFaults(HandlerFaultPolicy policy, Clock clock, ILogger logger, LogThrottle throttle, NodeEvents events, Func<Action, bool> post, Action<Exception> onLate)
    {
        this.policy = policy;
        this.clock = clock;
        this.logger = logger;
        this.throttle = throttle;
        this.events = events;
        this.post = post;
        context = new CallbackContext(continuation => post(() => Run(continuation)), onLate);
    }

    public RequestFaultCounts Counts => counts;

    /// <param name="voter">The voter whose requests are served.</param>
    /// <param name="onBegunOutside">See <see cref="Voter.OnBegunOutside"/>.</param>
    public void Attach(Voter voter, Action onBegunOutside)
    {
        this.voter = voter;
        voter.OnBegunOutside = onBegunOutside;
        voter.OnUndeliverable = Undeliverable;
    }

    /// <summary>Runs the handler on the request that was taken.</summary>
    /// <exception cref="Exception">A fault that must end the node.</exception>
    public void Serve()
    {
        DiscardUnfinishedReply(mayRaise: true); // left by an event callback in this turn
        InvalidOperationException? unfinished;
        try
        {
            unfinished = voter!.Handle();
        }
        catch (Exception e) when (IsDropped(e))
        {
            voter!.Abandon();
            counts.HandlerExceptions++;
            Report(e);
            return;
        }

        if (unfinished is null) return;
        if (policy == HandlerFaultPolicy.EndNode) throw unfinished;
        voter!.Abandon();
        counts.UnfinishedReplies++;
        Report(unfinished);
    }

    /// <summary>An asynchronous handler has failed on a request.</summary>
    /// <exception cref="Exception">A fault that must end the node.</exception>
    public void Failed(Exception e)
    {
        if (!IsDropped(e)) ExceptionDispatchInfo.Throw(e);
        counts.HandlerExceptions++;
        Report(e);
    }

    /// <summary>The context that handlers run in; enter it once for a batch of them.</summary>
    public CallbackContext.Scope Enter() => context.Enter();

    /// <inheritdoc cref="CallbackContext.End"/>
    public void End() => context.End();

    /// <summary>Discards a reply that was begun outside the handler and left unfinished.</summary>
    /// <param name="mayRaise">Whether events may be raised now, or in a turn of their own.</param>
    /// <exception cref="Exception">A fault that must end the node.</exception>
    public void DiscardUnfinishedReply(bool mayRaise)
    {
        if (voter!.HasUnfinishedReply) Discard(voter, mayRaise);
    }

    // A method of its own: what its lambda captures is allocated where it begins, and not for every request.
    private void Discard(Voter voter, bool mayRaise)
    {
        var fault = voter.DiscardUnfinishedReply();
        if (policy == HandlerFaultPolicy.EndNode) throw fault;
        counts.UnfinishedReplies++;
        if (mayRaise) Report(fault);
        else post(() => Report(fault));
    }

    // What an async void handler does after its first await, or throws before it: its request is no longer known.
    private void Run(Action continuation)
    {
        try
        {
            continuation();
        }
        catch (Exception e) when (IsDropped(e))
        {
            counts.HandlerExceptions++;
            Report(e);
        }
    }

    // If NetMQ is shutting down, it is not the handler's fault.
    private bool IsDropped(Exception e) => policy == HandlerFaultPolicy.DropRequest && e is not TerminatingException;

    private void Undeliverable(int frames)
    {
        counts.UndeliverableReplies++;
        if (throttle.Allows(LogEvent.Undeliverable, clock.Now, out var suppressed)) Log.Undeliverable(logger, frames, suppressed);
    }

    private void Report(Exception e)
    {
        if (throttle.Allows(LogEvent.RequestFailed, clock.Now, out var suppressed)) Log.RequestFailed(logger, suppressed, e);
        events.RequestFailed(e);
    }
}
