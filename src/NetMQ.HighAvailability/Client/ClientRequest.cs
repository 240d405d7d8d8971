namespace NetMQ.HighAvailability.Clients;

/// <summary>What the core knows of a request. Written by the core alone, except where it says otherwise.</summary>
internal class ClientRequest(RequestDelivery delivery)
{
    public RequestDelivery Delivery { get; } = delivery;

    /// <summary>When it is given up. Set before it is submitted.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>The number by which its reply is known; 0 until it is submitted.</summary>
    public long Number { get; set; }

    public bool IsOutstanding { get; set; }

    /// <summary>How often it was sent and not said to have been rejected.</summary>
    public int Unresolved { get; set; }

    public bool MayHaveBeenExecuted => Unresolved > 0;

    /// <summary>In which stay with a server it was last sent; 0 if it is to be sent (again).</summary>
    public long Stay { get; set; }

    /// <summary>The how-manieth sending of all was its last; 0 if it was never sent.</summary>
    public long Order { get; set; }

    public TimeSpan SentAt { get; set; }

    /// <summary>How long after its last sending it is sent again to a server that answers others; doubles each time.</summary>
    public TimeSpan Patience { get; set; }

    /// <summary>Sent once for all, to a server that has since answered a later one: most likely it was rejected.</summary>
    public bool IsDoubtful { get; set; }

    public ClientRequest? Next { get; set; }

    public ClientRequest? Previous { get; set; }
}

/// <summary>The outstanding requests in the order of their submission: a list through the requests themselves.</summary>
internal sealed class RequestList
{
    private ClientRequest? last;

    public ClientRequest? First { get; private set; }

    public int Count { get; private set; }

    public void Append(ClientRequest request)
    {
        request.Previous = last;
        request.Next = null;
        if (last is null) First = request;
        else last.Next = request;
        last = request;
        request.IsOutstanding = true;
        Count++;
    }

    public void Remove(ClientRequest request)
    {
        if (request.Previous is null) First = request.Next;
        else request.Previous.Next = request.Next;
        if (request.Next is null) last = request.Previous;
        else request.Next.Previous = request.Previous;
        request.Next = request.Previous = null;
        request.IsOutstanding = false;
        Count--;
    }
}
