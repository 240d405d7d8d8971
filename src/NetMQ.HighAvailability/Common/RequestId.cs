namespace NetMQ.HighAvailability.Common;

/// <summary>What a server reports to a client about one of its requests, apart from the reply.</summary>
internal enum RequestNotice : byte
{
    None,

    /// <summary>The node is not active: the request was dropped, not executed.</summary>
    Rejected,

    /// <summary>The handler failed: the request was executed in part or in full, and there will be no reply.</summary>
    Failed,

    /// <summary>The request was accepted and is about to be handled; the reply follows.</summary>
    Received,
}

/// <summary>
/// The first frame of a <see cref="BinaryStarClient"/>'s request: four bytes that ask the server for notices, and
/// sixteen that identify the request. A notice is that frame sent back alone, with the four bytes changed. A server
/// that knows nothing of this returns the frame as part of the envelope, and no other client ever gets a notice.
/// </summary>
internal static class RequestId
{
    public const int Bytes = 20;
    public const int MarkBytes = 4;

    private static ReadOnlySpan<byte> Asking => "BS?1"u8;

    private static ReadOnlySpan<byte> AskingForReceipt => "BS?2"u8;

    private static ReadOnlySpan<byte> Rejected => "BS!1"u8;

    private static ReadOnlySpan<byte> Failed => "BS!2"u8;

    private static ReadOnlySpan<byte> Received => "BS!3"u8;

    /// <summary>Writes the start of an id; <paramref name="receipt"/> also asks for <see cref="RequestNotice.Received"/>.</summary>
    public static void Mark(Span<byte> id, bool receipt = false) => (receipt ? AskingForReceipt : Asking).CopyTo(id);

    /// <summary>Whether a request's first frame is the id of a client that understands notices.</summary>
    public static bool IsIn(ReadOnlySpan<byte> frame) => frame.Length == Bytes && (frame.StartsWith(Asking) || frame.StartsWith(AskingForReceipt));

    /// <summary>Whether such an id asks for <see cref="RequestNotice.Received"/>.</summary>
    public static bool WantsReceipt(ReadOnlySpan<byte> frame) => frame.Length == Bytes && frame.StartsWith(AskingForReceipt);

    /// <summary>What identifies the request.</summary>
    public static Guid Read(ReadOnlySpan<byte> frame) => new(frame[MarkBytes..], bigEndian: true);

    /// <summary>Writes an id.</summary>
    public static void Write(Span<byte> frame, Guid id)
    {
        Mark(frame);
        id.TryWriteBytes(frame[MarkBytes..], bigEndian: true, out _);
    }

    /// <summary>Turns an id into a notice about its request.</summary>
    public static void TurnInto(RequestNotice notice, Span<byte> id) => (notice switch
    {
        RequestNotice.Rejected => Rejected,
        RequestNotice.Failed => Failed,
        _ => Received,
    }).CopyTo(id);

    /// <summary>The notice in a frame, or <see cref="RequestNotice.None"/>.</summary>
    public static RequestNotice NoticeIn(ReadOnlySpan<byte> frame)
    {
        if (frame.Length != Bytes) return RequestNotice.None;
        if (frame.StartsWith(Rejected)) return RequestNotice.Rejected;
        if (frame.StartsWith(Failed)) return RequestNotice.Failed;
        return frame.StartsWith(Received) ? RequestNotice.Received : RequestNotice.None;
    }
}
