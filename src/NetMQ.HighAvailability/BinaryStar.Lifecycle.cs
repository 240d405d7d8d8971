using System.Runtime.InteropServices;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes;

namespace NetMQ.HighAvailability;

// How a node is run, stopped and disposed. It runs once, and each stage follows the one before.
public sealed partial class BinaryStar
{
    // How often the end of a poller that the application gave is looked for; an end of the node's own is noticed at once.
    private static readonly TimeSpan EndCheck = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? thread;
    private Exception? fault;
    private volatile Lifecycle lifecycle; // written with the gate closed

    private enum Lifecycle
    {
        Created,
        Started, // and perhaps ended: see Completion
        Disposed,
    }

    /// <summary>Ends with the node: successfully after a stop, with the exception that <see cref="Run"/> throws after a fault.</summary>
    public Task Completion => completion.Task;

    /// <summary>
    /// Runs the node on the calling thread until it is stopped: by <see cref="Stop"/>, by
    /// <paramref name="cancellationToken"/>, or by SIGINT (Ctrl+C) or SIGTERM, which it takes over for the whole process while it
    /// runs, unless <paramref name="handleSignals"/> is <see langword="false"/>. An active
    /// node first waits for the requests of an asynchronous handler, up to <see cref="VoterOptions.DrainTimeout"/>; then, if its peer is there, for the peer to take over,
    /// at most three heartbeats or 2 s, whichever is less, and up to 1 s for requests to cease.
    /// </summary>
    /// <param name="handleSignals">
    /// <see langword="true"/>: the first SIGINT or SIGTERM stops the node instead of ending the process, a second one ends the
    /// process. <see langword="false"/>: signals are left to the caller, as with <see cref="Start"/>.
    /// </param>
    /// <param name="cancellationToken">Stops the node; <see cref="Run"/> then returns normally.</param>
    /// <exception cref="InvalidOperationException">There is no voter, the node was started before, or the application gave the poller.</exception>
    /// <exception cref="SameRoleException">The peer has this node's role.</exception>
    /// <exception cref="DualActiveException">Two active nodes met under <see cref="DualActivePolicy.Abort"/>.</exception>
    /// <exception cref="ObjectDisposedException">The node is disposed.</exception>
    /// <exception cref="Exception">
    /// Whatever left an event's callback, one of the application's sockets or timers on the <see cref="Poller"/>, or under
    /// <see cref="HandlerFaultPolicy.EndNode"/> the handler, as it was thrown; or what failed while the node ended.
    /// </exception>
    /// <remarks>Source: <c>bstar_start</c>.</remarks>
    public void Run(bool handleSignals = true, CancellationToken cancellationToken = default)
    {
        if (!ownsPoller) throw new InvalidOperationException("The application gave the poller and runs it: call Start for the node, and Run on the poller.");
        MarkStarted();
        var signalled = false;
        using var interrupt = !handleSignals ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = !handleSignals ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var cancellation = cancellationToken.Register(Stop);
        Loop();
        completion.Task.GetAwaiter().GetResult();

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = !signalled;
            signalled = true;
            Stop();
        }
    }

    /// <summary>
    /// Runs the node on a background thread of its own, or on the application's poller if there is one, and returns at
    /// once; <see cref="Completion"/> ends with the node. Signals are left to the caller.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no voter, or the node was started before.</exception>
    /// <exception cref="ObjectDisposedException">The node is disposed.</exception>
    public void Start()
    {
        MarkStarted();
        if (!ownsPoller)
        {
            if (Poller.IsRunning) new Task(Begin).Start(Poller); // outside of whatever callback this is
            else Begin();
            return;
        }

        thread = new Thread(Loop) { IsBackground = true, Name = $"BinaryStar {options.Role}" };
        thread.UnsafeStart(); // callbacks and handlers do not run in the context of whoever started the node
    }

    /// <summary>Asks the node to stop politely, as <see cref="Run"/> describes, and returns at once. Any thread; idempotent.</summary>
    public void Stop() => loop.Post(loop.Stop);

    /// <summary>Stops the node politely.</summary>
    /// <returns>A task that ends as <see cref="Completion"/> does; at once if the node was never started.</returns>
    public Task StopAsync()
    {
        if (lifecycle == Lifecycle.Created) return Task.CompletedTask;
        Stop();
        return Completion;
    }

    /// <summary>
    /// Stops the node politely if it runs, waits for its end (without limit for a handler that does not return), and closes
    /// everything, the <see cref="Poller"/> too unless the application gave it. Blocks the calling thread meanwhile, which
    /// <see cref="DisposeAsync"/> does not. Idempotent. Any thread but the poller's.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called on the poller's thread: call <see cref="Stop"/> there.</exception>
    /// <remarks>Source: <c>bstar_destroy</c>.</remarks>
    public void Dispose()
    {
        ThrowIfOnPollersThread();
        if (!TryBeginDisposal(out var wasStarted)) return;
        if (wasStarted) WaitForEnd();
        Close();
        BackgroundLogger.Drain();
    }

    /// <summary>
    /// As <see cref="Dispose"/>, but blocks no thread while the node stops. Idempotent: a second call returns at once. Any thread
    /// but the poller's; continues on the thread pool.
    /// </summary>
    /// <returns>A task that ends when everything is closed. A fault of the node is reported by <see cref="Completion"/>, not here.</returns>
    /// <exception cref="InvalidOperationException">Called on the poller's thread: call <see cref="Stop"/> there.</exception>
    public async ValueTask DisposeAsync()
    {
        ThrowIfOnPollersThread();
        if (!TryBeginDisposal(out var wasStarted)) return;
        if (wasStarted) await WaitForEndAsync().ConfigureAwait(false);
        Close();
        await BackgroundLogger.DrainAsync().ConfigureAwait(false);
    }

    private void ThrowIfOnPollersThread()
    {
        if (Poller is { IsDisposed: false, CanExecuteTaskInline: true } && lifecycle == Lifecycle.Started && !completion.Task.IsCompleted)
            throw new InvalidOperationException("A node cannot be disposed on its poller's own thread. Call Stop there, and Dispose after Run has returned.");
    }

    private bool TryBeginDisposal(out bool wasStarted)
    {
        lock (gate)
        {
            wasStarted = lifecycle == Lifecycle.Started;
            if (lifecycle == Lifecycle.Disposed) return false;
            lifecycle = Lifecycle.Disposed;
            return true;
        }
    }

    private void WaitForEnd()
    {
        Stop();
        while (Task.WaitAny([completion.Task], EndCheck) < 0) EndWithoutPoller();
        thread?.Join();
    }

    private async Task WaitForEndAsync()
    {
        Stop();
        while (await Task.WhenAny(completion.Task, Task.Delay(EndCheck)).ConfigureAwait(false) != completion.Task) EndWithoutPoller();
        thread?.Join(); // it has nothing left to do
    }

    // A poller of the application's may have been stopped, and never comes to the stop.
    private void EndWithoutPoller()
    {
        if (!ownsPoller && !Poller.IsRunning) loop.End(null);
    }

    private void Close()
    {
        completion.TrySetResult();
        loop.Dispose();
        if (ownsPoller) new Ending(e => Log.EndingFailed(logger, e)).Try(Poller.Dispose);
    }

    private void MarkStarted()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(lifecycle == Lifecycle.Disposed, this);
            if (lifecycle == Lifecycle.Started) throw new InvalidOperationException("A node runs once. Create a new one to start again.");
            if (!loop.HasVoter) throw new InvalidOperationException("There is no voter: call RegisterVoter before starting, so that clients can vote.");
            lifecycle = Lifecycle.Started;
        }
    }

    private void Loop()
    {
        Begin();
        try
        {
            if (!loop.IsOver) Poller.Run();
        }
        catch (Exception e)
        {
            fault ??= e; // left one of the application's own sockets or timers on the poller
        }

        loop.End(fault);
        BackgroundLogger.Drain();
        Complete();
    }

    private void Begin()
    {
        Log.Started(logger, options);
        try
        {
            loop.Begin();
            if (options is { DetectCrash: true, WarmUpOnStart: true }) WarmUp.Begin(arbiter: options.Arbiter is not null);
        }
        catch (Exception e)
        {
            loop.End(e);
        }
    }

    private void OnEnded(Exception? exception)
    {
        fault ??= exception;
        if (!ownsPoller) Complete();
        else if (Poller.IsRunning) Poller.Stop(); // what this may throw leaves the poller, and so ends the loop as well
    }

    private void Complete() => _ = fault is null ? completion.TrySetResult() : completion.TrySetException(fault);
}
