using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Clients;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability;

/// <summary>
/// A client that follows a pair: it sends requests to the server that answers, and when that one dies or falls silent
/// to the other. For its callers a failover is a short delay.
/// </summary>
/// <remarks>
/// <para>
/// All members may be used from any thread, by any number of callers at once; one background thread of the client's
/// own does the work, and no thread is blocked while a request waits. The order of requests is kept on the way to one
/// server, but not through a failover.
/// </para>
/// <para>
/// On the wire a request is an id of 20 bytes, an empty frame and the payload, and the server's ROUTER returns the
/// first two as they came: any echo does, the servers of the ZeroMQ guide do, and so does a server for REQ clients
/// that takes for the envelope whatever is before the first empty frame. A request that is sent again keeps its number and nonce.
/// </para>
/// <para>Source: the client of the Binary Star pattern in the ZeroMQ guide, chapter 4.</para>
/// </remarks>
public sealed class BinaryStarClient : IAsyncDisposable, IDisposable
{
    private const int MaxFrames = 1022; // with the two of the envelope it is what this library's servers take

    private readonly BinaryStarClientOptions options;
    private readonly ILogger logger;
    private readonly ClientStatus status = new();
    private readonly ClientMetrics metrics;
    private readonly ClientLoop loop;
    private readonly SerialEventDispatcher dispatcher;
    private readonly SemaphoreSlim slots;
    private readonly CancellationTokenSource lifetime = new();
    private long waitedInVain;
    private int disposed;

    /// <summary>Starts to connect to the servers, which need not be there yet, and returns at once.</summary>
    /// <param name="options">Read once, here.</param>
    /// <param name="logger">Where the client logs, on a thread of the library's own; nowhere if <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is missing, malformed or out of range; the message names it.</exception>
    /// <exception cref="SocketLimitException">NetMQ's limit of sockets per process, or the system's of open files, is reached.</exception>
    public BinaryStarClient(BinaryStarClientOptions options, ILogger<BinaryStarClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options = options.Copy();
        this.logger = BackgroundLogger.Before(logger);
        slots = new SemaphoreSlim(options.MaxOutstanding, options.MaxOutstanding);
        dispatcher = new SerialEventDispatcher(fault => Log.ClientEventFailed(this.logger, fault));
        metrics = new ClientMetrics(status.Read, options.Servers);
        try
        {
            loop = SocketLimit.Guard(() => new ClientLoop(options, slots, status, metrics, Raise, this.logger));
        }
        catch
        {
            metrics.Dispose();
            throw;
        }

        Log.ClientStarted(this.logger, string.Join(", ", options.Servers), options.RequestTimeout, options.ServerTimeout);
        loop.Start();
    }

    /// <summary>
    /// Raised when another server answers than before; the first one counts. On the thread pool, one at a time and in
    /// order; an exception in a callback is logged.
    /// </summary>
    public event EventHandler<ServerChangedEventArgs>? ServerChanged;

    /// <summary>The endpoint of the server that answered last; <see langword="null"/> before the first answer.</summary>
    public string? CurrentServer => Status.CurrentServer;

    /// <summary>The client at the end of its last turn: values that belong together.</summary>
    public BinaryStarClientStatus Status
    {
        get
        {
            var (counters, answering, isFollowing, outstanding, resends) = status.Read();
            return new BinaryStarClientStatus
            {
                CurrentServer = answering < 0 ? null : loop.Name(answering),
                HasServer = isFollowing,
                Outstanding = outstanding,
                Answered = counters.Answered,
                TimedOut = counters.TimedOut + Interlocked.Read(ref waitedInVain),
                OutcomeUnknown = counters.OutcomeUnknown,
                Failed = counters.FailedAtServer,
                Retransmissions = resends,
                ServerChanges = counters.ServerChanges,
                LateReplies = counters.LateReplies,
                GarbageReplies = counters.GarbageReplies,
                OversizedReplies = counters.OversizedReplies,
            };
        }
    }

    /// <summary>Sends a request of one frame and waits for its reply, with the delivery of <see cref="BinaryStarClientOptions.Delivery"/>.</summary>
    /// <param name="request">The payload; copied before this returns.</param>
    /// <param name="cancellationToken">Gives the request up and frees its place at once; a server may execute it all the same.</param>
    /// <returns>The reply's one frame, the caller's to keep.</returns>
    /// <inheritdoc cref="RequestAsync(ReadOnlyMemory{byte}, DeliveryGuarantee?, CancellationToken)"/>
    public Task<byte[]> RequestAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken) => RequestAsync(request, null, cancellationToken);

    /// <summary>Sends a request of one frame and waits for its reply.</summary>
    /// <param name="request">The payload; copied before this returns.</param>
    /// <param name="delivery">How often it may be executed; <see langword="null"/>: as <see cref="BinaryStarClientOptions.Delivery"/> says.</param>
    /// <param name="cancellationToken">Gives the request up and frees its place at once; a server may execute it all the same.</param>
    /// <returns>The reply's one frame, the caller's to keep.</returns>
    /// <exception cref="ArgumentException"><paramref name="request"/> is larger than <see cref="BinaryStarClientOptions.MaxRequestBytes"/>.</exception>
    /// <exception cref="RequestTimeoutException">There was no answer within <see cref="BinaryStarClientOptions.RequestTimeout"/>.</exception>
    /// <exception cref="RequestOutcomeUnknownException">With <see cref="DeliveryGuarantee.AtMostOnce"/>: its server was lost.</exception>
    /// <exception cref="RequestFailedException">The server's handler failed on it.</exception>
    /// <exception cref="InvalidReplyException">The reply is too large, or has several frames.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The client has ended with a fault of its own: dispose it, and make a new one.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed, or was before the answer.</exception>
    public Task<byte[]> RequestAsync(ReadOnlyMemory<byte> request, DeliveryGuarantee? delivery = null, CancellationToken cancellationToken = default)
    {
        CheckSize(request.Length, nameof(request));
        var pending = new PendingRequest([request.ToArray()], isMultipart: false, delivery ?? options.Delivery, loop);
        return Begin(pending, pending.Frame, cancellationToken);
    }

    /// <summary>Sends a request of any number of frames and waits for its reply.</summary>
    /// <param name="request">The payload's frames, one or more; copied before this returns.</param>
    /// <param name="delivery">How often it may be executed; <see langword="null"/>: as <see cref="BinaryStarClientOptions.Delivery"/> says.</param>
    /// <param name="cancellationToken">Gives the request up and frees its place at once; a server may execute it all the same.</param>
    /// <returns>The reply's frames, the caller's to keep.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="request"/> has no frame or more than 1,022, or is larger than <see cref="BinaryStarClientOptions.MaxRequestBytes"/>.</exception>
    /// <exception cref="RequestTimeoutException">There was no answer within <see cref="BinaryStarClientOptions.RequestTimeout"/>.</exception>
    /// <exception cref="RequestOutcomeUnknownException">With <see cref="DeliveryGuarantee.AtMostOnce"/>: its server was lost.</exception>
    /// <exception cref="RequestFailedException">The server's handler failed on it.</exception>
    /// <exception cref="InvalidReplyException">The reply is too large.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The client has ended with a fault of its own: dispose it, and make a new one.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed, or was before the answer.</exception>
    public Task<byte[][]> RequestMultipartAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> request, DeliveryGuarantee? delivery = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Count == 0) throw new ArgumentException("A request has at least one frame; it may be empty.", nameof(request));
        if (request.Count > MaxFrames) throw new ArgumentException($"A request has at most {MaxFrames} frames, which is what a server takes, and this one has {request.Count}.", nameof(request));
        CheckSize(request.Sum(frame => (long)frame.Length), nameof(request));
        var pending = new PendingRequest([.. request.Select(frame => frame.ToArray())], isMultipart: true, delivery ?? options.Delivery, loop);
        return Begin(pending, pending.Frames, cancellationToken);
    }

    /// <summary>
    /// Ends the client: what is outstanding fails with <see cref="ObjectDisposedException"/>, and the connections are
    /// closed. Idempotent. Any thread; blocks none, and continues on the thread pool.
    /// </summary>
    /// <returns>A task that ends when the client has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await lifetime.CancelAsync().ConfigureAwait(false);
            loop.Stop();
            await loop.Ended.ConfigureAwait(false);
            loop.Dispose();
            metrics.Dispose();
            Log.ClientStopped(logger);
            await BackgroundLogger.DrainAsync().ConfigureAwait(false);
        }

        await loop.Ended.ConfigureAwait(false);
    }

    /// <summary>
    /// As <see cref="DisposeAsync"/>, but blocks the calling thread until the client has ended: a few milliseconds, or longer
    /// if the thread pool is starved. Idempotent. Any thread.
    /// </summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void CheckSize(long payload, string argument)
    {
        var bytes = payload + RequestId.Bytes;
        if (bytes <= options.MaxRequestBytes) return;
        throw new ArgumentException(
            $"The request has {bytes} bytes with its id, more than {nameof(BinaryStarClientOptions.MaxRequestBytes)}, {options.MaxRequestBytes}: send less, or raise it, if the servers take as much.", argument);
    }

    private Task<T> Begin<T>(PendingRequest request, Task<T> reply, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);

        request.Tracker.Deadline = loop.Now + options.RequestTimeout;
        if (!slots.Wait(0, CancellationToken.None)) return WaitForSlotAsync(request, reply, cancellationToken);
        Launch(request, cancellationToken);
        return reply;
    }

    private async Task<T> WaitForSlotAsync<T>(PendingRequest request, Task<T> reply, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, options.TimeProvider);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.Token, timeout.Token);
        try
        {
            await slots.WaitAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(disposed != 0, this);
            Interlocked.Increment(ref waitedInVain);
            metrics.Failed("timed_out");
            throw RequestTimeoutException.NoPlace(options.RequestTimeout, options.MaxOutstanding);
        }
        catch (OperationCanceledException e)
        {
            metrics.Failed("cancelled");
            throw new OperationCanceledException(e.Message, e, cancellationToken); // the caller's own, and not one that is linked to it
        }

        Launch(request, cancellationToken);
        return await reply.ConfigureAwait(false);
    }

    private void Launch(PendingRequest request, CancellationToken cancellationToken)
    {
        request.CancelBy(cancellationToken);
        loop.Submit(request);
    }

    private void Raise(ServerChange change)
    {
        var args = new ServerChangedEventArgs(change.From < 0 ? null : loop.Name(change.From), loop.Name(change.To), change.Cause, change.Took);
        dispatcher.Raise(() => ServerChanged?.Invoke(this, args));
    }
}
