using System.Runtime.CompilerServices;

namespace NetMQ.HighAvailability.Clients;

/// <summary>Identifies a request on the wire: its number, and a random part that only its servers have seen.</summary>
internal readonly record struct RequestKey(long Number, long Nonce);

/// <summary>
/// What the core knows of a request: where it was sent and when, and whether it may be sent again. Written by the core
/// alone, except where stated.
/// </summary>
/// <param name="delivery">How often it may be executed.</param>
/// <param name="request">The request itself, of which the core knows nothing; none where the core is checked alone.</param>
internal sealed class RequestTracker(DeliveryGuarantee delivery, PendingRequest? request = null)
{
    private Transmissions transmissions;

    public PendingRequest Request => request!;

    public DeliveryGuarantee Delivery { get; } = delivery;

    /// <summary>When it times out. Set before it is submitted.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>Its number, 0 until it is submitted, and its nonce, which is set before.</summary>
    public RequestKey Key { get; set; }

    public long Number => Key.Number;

    public bool IsOutstanding { get; set; }

    public bool WasSent { get; set; }

    /// <summary>How many copies were sent and not reported as rejected.</summary>
    public int Unresolved { get; set; }

    public bool MayHaveBeenExecuted => Unresolved > 0;

    /// <summary>How long after a transmission it may be sent again to a server that gives notices; doubles each time.</summary>
    public TimeSpan RepeatDelay { get; set; }

    /// <summary>Sent, to be executed once at most, to a server that has since answered a later request: most likely it was rejected.</summary>
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
    /// <summary>How many copies were sent over the current connection and not rejected.</summary>
    public int Copies;

    /// <summary>It may be sent there again, regardless of those.</summary>
    public bool MayRepeat;

    /// <summary>The server has acknowledged it over its current connection.</summary>
    public bool Received;

    /// <summary>The epoch (<see cref="ServerState.Epoch"/>) in which it was last sent there.</summary>
    public long Epoch;

    /// <summary>The sequence number, among all transmissions, of its last one there; 0 if it was never sent there.</summary>
    public long Order;

    /// <summary>When it was last sent there.</summary>
    public TimeSpan At;

    public readonly bool WasSent => Order > 0;
}
