using System.Diagnostics;
using System.Globalization;
using Benchmarks.Common;
using NaCl;
using NetMQ.HighAvailability.Wire;

namespace Benchmarks.Micro;

/// <summary>How long a frame occupies the loop that seals or opens it with CURVE, which is done in one piece.</summary>
internal static class CurveFrames
{
    public static Table Measure(int rounds)
    {
        var table = new Table($"A frame with CURVE, medians of {rounds}", "bytes", "seal ms", "open ms");
        var (client, server) = (CurveKeyPair.New(), CurveKeyPair.New());
        using var sealer = new CurveSession(new Curve25519XSalsa20Poly1305(client.SecretKey, server.PublicKey), isServer: false, 0, 0);
        using var opener = new CurveSession(new Curve25519XSalsa20Poly1305(server.SecretKey, client.PublicKey), isServer: true, 0, 0);
        foreach (var bytes in (int[])[64 * 1024, 1024 * 1024, 16 * 1024 * 1024])
        {
            var (sealing, opening) = (new Sample(), new Sample());
            for (var i = 0; i < rounds; i++) Measure(sealer, opener, new byte[bytes], sealing, opening);
            table.Add(bytes.ToString("N0", CultureInfo.InvariantCulture), sealing.Median, opening.Median);
        }

        return table;
    }

    private static void Measure(CurveSession sealer, CurveSession opener, byte[] body, Sample sealing, Sample opening)
    {
        using var output = new OutputBuffer();
        var start = Stopwatch.GetTimestamp();
        sealer.Seal(output, body, more: false, isCommand: false);
        sealing.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);

        var frame = output.Waiting.ToArray();
        FrameHeader.TryRead(frame, out var header);
        start = Stopwatch.GetTimestamp();
        var fault = opener.Open(frame.AsSpan(header.HeaderBytes), out _, out _, out _, out _);
        opening.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (fault != WireFault.None) throw new InvalidOperationException($"The frame cannot be opened: {fault}.");
    }
}
