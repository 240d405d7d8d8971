using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>
/// The sender of the request that is being handled, and the request's id if it has one: by the time they are needed,
/// the handler has taken both frames. Does not allocate per request.
/// </summary>
internal sealed class RequestSender
{
    private const int MaxIdentityBytes = 255; // by ZMTP

    private readonly byte[] identity = new byte[MaxIdentityBytes];
    private readonly byte[] id = new byte[RequestId.Bytes];
    private int identityBytes;

    /// <summary>Whether the client understands notices and has not been answered yet.</summary>
    public bool WantsNotices { get; set; }

    /// <summary>Whether the client asks for a notice that its request has arrived.</summary>
    public bool WantsReceipt => WantsNotices && RequestId.WantsReceipt(id);

    /// <param name="routingId">A ROUTER's first frame.</param>
    /// <param name="frame">The frame after it, if others follow.</param>
    public void Remember(ReadOnlySpan<byte> routingId, ReadOnlySpan<byte> frame)
    {
        identityBytes = routingId.Length <= MaxIdentityBytes ? routingId.Length : 0;
        routingId[..identityBytes].CopyTo(identity);
        WantsNotices = identityBytes > 0 && RequestId.IsIn(frame);
        if (WantsNotices) frame.CopyTo(id);
    }

    /// <summary>Whether a reply's first frame is the routing id of this client.</summary>
    public bool Is(ReadOnlySpan<byte> routingId) => identityBytes > 0 && routingId.SequenceEqual(identity.AsSpan(0, identityBytes));

    /// <summary>Sends the client a notice about its request; dropped if the client cannot take it.</summary>
    public void Notify(NetMQSocket router, RequestNotice notice)
    {
        var msg = default(Msg);
        msg.InitPool(identityBytes);
        identity.AsSpan(0, identityBytes).CopyTo(msg.Slice());
        router.TrySend(ref msg, TimeSpan.Zero, more: true);
        msg.Close();
        msg.InitPool(RequestId.Bytes);
        id.CopyTo(msg.Slice());
        RequestId.TurnInto(notice, msg.Slice());
        router.TrySend(ref msg, TimeSpan.Zero, more: false);
        msg.Close();
    }
}
