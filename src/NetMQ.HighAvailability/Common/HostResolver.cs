using System.Net;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Common;

/// <summary>Looks up a host's addresses.</summary>
internal delegate Task<IPAddress[]> HostLookup(string host);

/// <summary>
/// The addresses of an endpoint's host, in turn: if one gives no connection, the next is returned. The name is looked
/// up again each time, off this thread, because its addresses may change. On the poller's thread.
/// </summary>
/// <param name="endpoint">The endpoint of the host.</param>
/// <param name="lookUp">How to look it up.</param>
/// <param name="post">Passes the result to the poller's thread.</param>
internal sealed class HostResolver(TcpEndpoint endpoint, HostLookup lookUp, Action<Action> post)
{
    // More is not realistic, and each of them is probed when the peer may have crashed.
    private const int MaxAddresses = 16;

    private IPAddress[] known = endpoint.Address is { } literal ? [literal] : [];
    private IPAddress? current;
    private int untried;
    private bool resolving;

    public bool IsName => endpoint.Address is null;

    /// <summary>All known addresses of the host.</summary>
    public IReadOnlyList<IPAddress> Addresses => known;

    /// <summary>Whether there are addresses that have not been tried since the last lookup.</summary>
    public bool HasUntried => untried > 0;

    /// <summary>Addresses of both families, in the order that the system recommends.</summary>
    public static Task<IPAddress[]> LookUpAsync(string host) => Dns.GetHostAddressesAsync(host, AddressFamily.Unspecified);

    /// <summary>The next address, without a new lookup. Only if one is known.</summary>
    public IPAddress Next()
    {
        var next = (Array.IndexOf(known, current) + 1) % known.Length;
        untried--;
        return current = known[next];
    }

    /// <summary>
    /// Gives the next address after a new lookup; if the lookup fails or is slow, the next of those already
    /// known.
    /// </summary>
    /// <param name="use">Receives the address, or null if none is known, and the reason if the lookup failed.</param>
    public void LookUpNext(Action<IPAddress?, string?> use)
    {
        if (!IsName) use(Next(), null);
        else if (!resolving) _ = ResolveAsync(use);
        else if (known.Length > 0) use(Next(), null);
    }

    private async Task ResolveAsync(Action<IPAddress?, string?> use)
    {
        resolving = true;
        IPAddress[] found = [];
        var reason = "it has no address";
        try
        {
            found = await lookUp(endpoint.Host).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException) // the latter for what can be no name
        {
            reason = e.Message;
        }

        post(() =>
        {
            resolving = false;
            if (found.Length > 0) known = [.. found.Distinct().Take(MaxAddresses)];
            untried = known.Length;
            use(known.Length > 0 ? Next() : null, found.Length > 0 ? null : reason);
        });
    }
}
