using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// A request with its payload and its caller, who continues on the thread pool. It ends once, on whatever thread: by
/// whoever claims its end first.
/// </summary>
internal sealed class PendingRequest
{
    private readonly ClientLoop loop;

    // One of them: RequestAsync gives one frame, RequestMultipartAsync any number. To unwrap the one frame in an async method would
    // cost each request another task.
    private readonly TaskCompletionSource<byte[]>? single;
    private readonly TaskCompletionSource<byte[][]>? multipart;
    private CancellationTokenRegistration cancellation;
    private byte[][] frames; // of the payload until it is answered, then of the reply
    private int claimed;

    /// <param name="payload">One frame or more; neither the array nor a frame may be used by anyone else.</param>
    /// <param name="isMultipart">Whether the caller gets <see cref="Frames"/> rather than <see cref="Frame"/>.</param>
    /// <param name="delivery">How often it may be executed.</param>
    /// <param name="loop">Where it is submitted.</param>
    public PendingRequest(byte[][] payload, bool isMultipart, DeliveryGuarantee delivery, ClientLoop loop)
    {
        frames = payload;
        this.loop = loop;
        Tracker = new RequestTracker(delivery, this);
        if (isMultipart) multipart = new TaskCompletionSource<byte[][]>(TaskCreationOptions.RunContinuationsAsynchronously);
        else single = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public RequestTracker Tracker { get; }

    public Task<byte[]> Frame => single!.Task;

    public Task<byte[][]> Frames => multipart!.Task;

    public bool IsOver => Volatile.Read(ref claimed) != 0;

    /// <summary>Lets the token end it. Before it is submitted.</summary>
    public void CancelBy(CancellationToken token)
    {
        if (token.CanBeCanceled) cancellation = token.UnsafeRegister(static (state, token) => ((PendingRequest)state!).Cancel(token), this);
    }

    /// <summary>Writes the frames of the payload.</summary>
    public void WritePayload(WireConnection wire)
    {
        for (var i = 0; i < frames.Length; i++) wire.WriteFrame(frames[i], more: i < frames.Length - 1);
    }

    /// <summary>
    /// Claims the end of the request for its reply, and keeps the reply's frames, but not the list. If true, the caller
    /// releases the slots, of many requests at once, and then has it <see cref="Publish"/>.
    /// </summary>
    public bool TryAnswer(List<byte[]> reply)
    {
        if (!TryClaim()) return false;
        if (reply.Count != frames.Length) frames = new byte[reply.Count][];
        reply.CopyTo(frames);
        return true;
    }

    public void Publish()
    {
        if (multipart is not null) multipart.SetResult(frames);
        else if (frames.Length == 1) single!.SetResult(frames[0]);
        else PublishFailure(new InvalidReplyException($"The reply has {frames.Length} frames, and RequestAsync gives one: call RequestMultipartAsync. The request has been executed."));
    }

    /// <summary>Claims the end of the request for a failure. If true, the caller counts it, and then has it <see cref="PublishFailure"/>.</summary>
    public bool TryFail()
    {
        if (!TryClaim()) return false;
        loop.ReleaseSlots(1);
        return true;
    }

    public void PublishFailure(Exception exception)
    {
        single?.SetException(exception);
        multipart?.SetException(exception);
    }

    private void Cancel(CancellationToken token)
    {
        if (!TryFail()) return;
        single?.SetCanceled(token);
        multipart?.SetCanceled(token);
        loop.Withdraw(this);
    }

    private bool TryClaim()
    {
        if (Interlocked.Exchange(ref claimed, 1) != 0) return false;
        cancellation.Unregister(); // not Dispose, which would wait for a callback that runs
        return true;
    }
}
