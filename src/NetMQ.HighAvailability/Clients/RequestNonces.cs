using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// The random part of request ids, from the system's generator, in batches because one call costs more than a request.
/// No id can be derived from another, so a server cannot reply to a request that it was not sent.
/// </summary>
internal sealed class RequestNonces
{
    private readonly long[] drawn = new long[512];
    private int used;

    public RequestNonces() => used = drawn.Length;

    public long Next()
    {
        if (used == drawn.Length)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(drawn.AsSpan()));
            used = 0;
        }

        return drawn[used++];
    }
}
