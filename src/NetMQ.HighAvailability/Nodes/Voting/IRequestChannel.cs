namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>The present request and the way to answer it: a node's, or one of an application's unit test.</summary>
internal interface IRequestChannel
{
    bool HasMore { get; }

    bool TryReceive(ref Msg msg, TimeSpan timeout);

    bool TryReceive(out ReadOnlySpan<byte> frame);

    bool TrySend(ref Msg msg, TimeSpan timeout, bool more);

    bool TrySend(ReadOnlySpan<byte> frame, bool more);
}
