namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// How a client learns that its request was dropped, rather than wait for an answer that will not come. Its request
/// begins with an id that says that it understands a notice, and the notice is that id, changed in one character and
/// alone. To any server that knows nothing of this the id is a frame like another; and no other client gets a notice.
/// </summary>
internal static class RejectionNotice
{
    public const int IdBytes = 20;
    public const int MarkBytes = 4;

    private const int Changed = 2;

    private static ReadOnlySpan<byte> Wanted => "BS?1"u8;

    private static ReadOnlySpan<byte> Given => "BS!1"u8;

    /// <summary>Begins an id.</summary>
    public static void Mark(Span<byte> id) => Wanted.CopyTo(id);

    /// <summary>Whether a request's first frame is the id of a client that understands a notice.</summary>
    public static bool IsWantedBy(ReadOnlySpan<byte> frame) => frame.Length == IdBytes && frame.StartsWith(Wanted);

    /// <summary>Makes an id the notice that its request was dropped.</summary>
    public static void Give(Span<byte> id) => id[Changed] = Given[Changed];

    /// <summary>Whether a frame is such a notice.</summary>
    public static bool Is(ReadOnlySpan<byte> frame) => frame.Length == IdBytes && frame.StartsWith(Given);
}
