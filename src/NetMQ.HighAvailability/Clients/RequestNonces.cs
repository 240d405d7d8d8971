using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// The random part of requests' ids. Drawn from the system's generator, many at a time because a draw costs more than a
/// request; so one id says nothing about another, and a server can give no reply to a request that it was not sent.
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
