using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>Told when requests end, however they end, on whatever thread ended them.</summary>
internal interface IRequestOwner
{
    void Ended(int requests);

    void Cancelled(PendingRequest request);
}

/// <summary>A request with its payload and its caller. It ends once: by whoever claims its end first.</summary>
internal abstract class PendingRequest(DeliveryGuarantee delivery, IRequestOwner owner) : ClientRequest(delivery)
{
    private CancellationTokenRegistration cancellation;
    private int claimed;

    public bool IsOver => Volatile.Read(ref claimed) != 0;

    /// <summary>Lets the token end it. Before it is submitted.</summary>
    public void CancelBy(CancellationToken token)
    {
        if (token.CanBeCanceled) cancellation = token.UnsafeRegister(static (state, token) => ((PendingRequest)state!).Cancel(token), this);
    }

    /// <summary>Sends the frames of the payload, which are never written to.</summary>
    public abstract void SendPayload(DealerSocket socket);

    /// <summary>
    /// Claims the end of the request for its reply. If true, the caller tells the owner, for many at once, and then
    /// has it <see cref="Publish"/>.
    /// </summary>
    public bool TryAnswer(List<byte[]> reply)
    {
        if (!TryClaim()) return false;
        Hold(reply);
        return true;
    }

    public abstract void Publish();

    public abstract void PublishFailure(Exception exception);

    /// <summary>Claims the end of the request for a failure. If true, the caller counts it, and then has it <see cref="PublishFailure"/>.</summary>
    public bool TryFail()
    {
        if (!TryClaim()) return false;
        owner.Ended(1);
        return true;
    }

    /// <summary>Keeps the reply's frames, but not the list.</summary>
    protected abstract void Hold(List<byte[]> reply);

    protected abstract void PublishCancellation(CancellationToken token);

    private void Cancel(CancellationToken token)
    {
        if (!TryClaim()) return;
        owner.Ended(1);
        PublishCancellation(token);
        owner.Cancelled(this);
    }

    private bool TryClaim()
    {
        if (Interlocked.Exchange(ref claimed, 1) != 0) return false;
        cancellation.Unregister(); // not Dispose, which would wait for a callback that runs
        return true;
    }
}

/// <summary>A request whose caller gets a <typeparamref name="T"/>. The caller goes on on the thread pool.</summary>
internal abstract class PendingRequest<T>(DeliveryGuarantee delivery, IRequestOwner owner) : PendingRequest(delivery, owner)
{
    private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => source.Task;

    protected void Publish(T result) => source.SetResult(result);

    public sealed override void PublishFailure(Exception exception) => source.SetException(exception);

    protected sealed override void PublishCancellation(CancellationToken token) => source.SetCanceled(token);
}

/// <summary>One frame to ask, one to answer.</summary>
internal sealed class SingleRequest(byte[] payload, DeliveryGuarantee delivery, IRequestOwner owner) : PendingRequest<byte[]>(delivery, owner)
{
    private byte[] reply = [];
    private int replyFrames;

    public override void SendPayload(DealerSocket socket) => Envelope.TrySend(socket, payload, more: false);

    public override void Publish()
    {
        if (replyFrames == 1) Publish(reply);
        else PublishFailure(new InvalidReplyException($"The reply has {replyFrames} frames, and RequestAsync gives one: call RequestMultipartAsync. The request has been executed."));
    }

    protected override void Hold(List<byte[]> reply)
    {
        this.reply = reply[0];
        replyFrames = reply.Count;
    }
}

/// <summary>Several frames to ask, any number to answer.</summary>
internal sealed class MultipartRequest(byte[][] payload, DeliveryGuarantee delivery, IRequestOwner owner) : PendingRequest<byte[][]>(delivery, owner)
{
    private byte[][] reply = [];

    public override void SendPayload(DealerSocket socket)
    {
        for (var i = 0; i < payload.Length; i++) Envelope.TrySend(socket, payload[i], more: i < payload.Length - 1);
    }

    public override void Publish() => Publish(reply);

    protected override void Hold(List<byte[]> reply) => this.reply = [.. reply];
}
