using System.Runtime.CompilerServices;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What a request is known by on the wire: its number, and a random part that only its servers have seen.</summary>
internal readonly record struct RequestKey(long Number, long Nonce);

/// <summary>
/// What the core knows of a request: when it was sent where, and what may be done with it. Written by the core alone,
/// except where it says otherwise.
/// </summary>
/// <param name="delivery">How often it may be executed.</param>
/// <param name="request">The request itself, of which the core knows nothing; none where the core is checked alone.</param>
internal sealed class RequestTracker(DeliveryGuarantee delivery, PendingRequest? request = null)
{
    private Transmissions transmissions;

    public PendingRequest Request => request!;

    public DeliveryGuarantee Delivery { get; } = delivery;

    /// <summary>When it is given up. Set before it is submitted.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>Its number, 0 until it is submitted, and its nonce, which is set before.</summary>
    public RequestKey Key { get; set; }

    public long Number => Key.Number;

    public bool IsOutstanding { get; set; }

    public bool WasSent { get; set; }

    /// <summary>How often it was sent and not said to have been rejected.</summary>
    public int Unresolved { get; set; }

    public bool MayHaveBeenExecuted => Unresolved > 0;

    /// <summary>How long after a sending it may be sent to the same server again, although that rejects what it drops; doubles each time.</summary>
    public TimeSpan RepeatDelay { get; set; }

    /// <summary>Sent once for all, to a server that has since answered a later one: most likely it was rejected.</summary>
    public bool MayHaveBeenRejected { get; set; }

    public RequestTracker? Next { get; set; }

    public RequestTracker? Previous { get; set; }

    /// <summary>What is known of it at one server.</summary>
    public ref Transmission To(int server) => ref transmissions[server];

    [InlineArray(ClientCore.MaxServers)]
    private struct Transmissions
    {
        private Transmission first;
    }
}

/// <summary>A request at one server.</summary>
internal struct Transmission
{
    /// <summary>How many copies that server got over its present connection and has not rejected.</summary>
    public int Copies;

    /// <summary>It may be sent there again, whatever became of those.</summary>
    public bool MayRepeat;

    /// <summary>The server has said, over its present connection, that it received it.</summary>
    public bool Received;

    /// <summary>In which stay with the server it was last sent.</summary>
    public long Epoch;

    /// <summary>The sequence number of its last sending there, among all sendings; 0 if it was never sent there.</summary>
    public long Order;

    /// <summary>When that was.</summary>
    public TimeSpan At;

    public readonly bool WasSent => Order > 0;
}
