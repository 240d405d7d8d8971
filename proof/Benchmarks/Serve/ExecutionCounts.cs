using System.IO.MemoryMappedFiles;

namespace Benchmarks.Serve;

/// <summary>How often a server has executed each request, in a file that outlives its process.</summary>
internal sealed class ExecutionCounts : IDisposable
{
    public const int MaxRequests = 8 * 1024 * 1024;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor counts;

    public ExecutionCounts(string path)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, MaxRequests);
        counts = file.CreateViewAccessor();
    }

    public int this[int request] => counts.ReadByte(request);

    /// <summary>On one thread.</summary>
    public void Add(int request) => counts.Write(request, (byte)Math.Min(byte.MaxValue, counts.ReadByte(request) + 1));

    public void Dispose()
    {
        counts.Dispose();
        file.Dispose();
    }
}
