using System.Globalization;
using System.Text;
using NetMQ.HighAvailability;

namespace Benchmarks.Arbiters;

/// <summary>One pair's record in a file, for two processes of this machine: an arbiter that takes no core from what is measured.</summary>
internal sealed class FileArbiter(string file) : IArbiter
{
    public string Name => "file";

    public Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken)
    {
        using var stream = Open(cancellationToken);
        return Task.FromResult(Read(stream));
    }

    public Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken)
    {
        using var stream = Open(cancellationToken);
        var present = Read(stream)?.Version;
        if (present != expectedVersion) return Task.FromResult<string?>(null);

        var version = (1 + long.Parse(present ?? "0", CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);
        var line = string.Create(CultureInfo.InvariantCulture, $"{version} {claim.Token} {claim.Holder} {claim.Process} {claim.Lease.Ticks}");
        stream.SetLength(0);
        stream.Write(Encoding.ASCII.GetBytes(line));
        return Task.FromResult<string?>(version);
    }

    private static ArbiterRecord? Read(FileStream stream)
    {
        var line = new byte[stream.Length];
        stream.ReadExactly(line);
        if (Encoding.ASCII.GetString(line).Split(' ') is not [var version, var token, var holder, var process, var lease]) return null;
        return new ArbiterRecord(version, new ArbiterClaim(
            long.Parse(token, CultureInfo.InvariantCulture), Enum.Parse<BinaryStarRole>(holder), Guid.Parse(process), new TimeSpan(long.Parse(lease, CultureInfo.InvariantCulture))));
    }

    // One process at a time: the other one waits until the file is closed.
    private FileStream Open(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException)
            {
                Thread.Sleep(1);
            }
        }
    }
}
