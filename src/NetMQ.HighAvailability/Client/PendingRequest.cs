namespace NetMQ.HighAvailability.Clients;

/// <summary>Told when a request ends, however it ends, on whatever thread ended it.</summary>
internal interface IRequestOwner
{
    void Ended(PendingRequest request);

    void Cancelled(PendingRequest request);
}

/// <summary>A request with its payload and its caller. It ends once, whoever is first to end it.</summary>
internal abstract class PendingRequest(byte[][] frames, RequestDelivery delivery, IRequestOwner owner) : ClientRequest(delivery)
{
    private CancellationTokenRegistration cancellation;

    /// <summary>The payload; never written to.</summary>
    public byte[][] Frames => frames;

    public abstract bool IsOver { get; }

    /// <summary>Lets the token end it. Before it is submitted.</summary>
    public void CancelBy(CancellationToken token)
    {
        if (token.CanBeCanceled) cancellation = token.UnsafeRegister(static (state, token) => ((PendingRequest)state!).Cancel(token), this);
    }

    /// <summary>Ends it with the frames of its reply, which are copied where need be.</summary>
    public void Answer(List<byte[]> reply) => NoteEnd(TryAnswer(reply));

    public void Fail(Exception exception) => NoteEnd(TryFail(exception));

    protected abstract bool TryAnswer(List<byte[]> reply);

    protected abstract bool TryFail(Exception exception);

    protected abstract bool TryCancel(CancellationToken token);

    private void Cancel(CancellationToken token)
    {
        if (!TryCancel(token)) return;
        owner.Ended(this);
        owner.Cancelled(this);
    }

    private void NoteEnd(bool ended)
    {
        if (!ended) return;
        cancellation.Unregister(); // not Dispose, which would wait for a callback that runs
        owner.Ended(this);
    }
}

/// <summary>A request whose caller gets a <typeparamref name="T"/>. The caller goes on on the thread pool.</summary>
internal abstract class PendingRequest<T>(byte[][] frames, RequestDelivery delivery, IRequestOwner owner) : PendingRequest(frames, delivery, owner)
{
    private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => source.Task;

    public override bool IsOver => source.Task.IsCompleted;

    protected bool TryGive(T result) => source.TrySetResult(result);

    protected sealed override bool TryFail(Exception exception) => source.TrySetException(exception);

    protected sealed override bool TryCancel(CancellationToken token) => source.TrySetCanceled(token);
}

/// <summary>One frame to ask, one to answer.</summary>
internal sealed class SingleRequest(byte[] payload, RequestDelivery delivery, IRequestOwner owner) : PendingRequest<byte[]>([payload], delivery, owner)
{
    protected override bool TryAnswer(List<byte[]> reply) => reply.Count == 1
        ? TryGive(reply[0])
        : TryFail(new UnusableReplyException(
            $"The reply has {reply.Count} frames, and RequestAsync gives one: call RequestMultipartAsync. The request has been executed."));
}

/// <summary>Several frames to ask, any number to answer.</summary>
internal sealed class MultipartRequest(byte[][] frames, RequestDelivery delivery, IRequestOwner owner) : PendingRequest<byte[][]>(frames, delivery, owner)
{
    protected override bool TryAnswer(List<byte[]> reply) => TryGive([.. reply]);
}
