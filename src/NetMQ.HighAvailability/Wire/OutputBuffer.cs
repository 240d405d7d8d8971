using System.Buffers;

namespace NetMQ.HighAvailability.Wire;

/// <summary>Bytes that wait to be sent. Holds no memory while there are none.</summary>
internal sealed class OutputBuffer : IDisposable
{
    private const int SmallestBytes = 4096;

    private byte[] buffer = [];
    private int start;
    private int end;

    public int Length => end - start;

    public ReadOnlySpan<byte> Waiting => buffer.AsSpan(start, end - start);

    /// <summary>Room for so many bytes after those that wait; they count once they are <see cref="Advance"/>d over.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (buffer.Length - end < bytes) MakeRoom(bytes);
        return buffer.AsSpan(end, bytes);
    }

    public void Advance(int bytes) => end += bytes;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        end += bytes.Length;
    }

    /// <summary>Takes back what was written after there were so many bytes.</summary>
    public void Truncate(int length)
    {
        end = start + length;
        if (length == 0) Release();
    }

    /// <summary>So many bytes have been sent.</summary>
    public void Consume(int bytes)
    {
        start += bytes;
        if (start == end) Release();
    }

    /// <summary>Gives away what waits, to be sent elsewhere; nothing waits afterwards.</summary>
    public SentBuffer Detach()
    {
        var detached = new SentBuffer(buffer, start, Length);
        buffer = [];
        start = end = 0;
        return detached;
    }

    public void Dispose() => Truncate(0);

    private void MakeRoom(int bytes)
    {
        var waiting = end - start;
        if (start > 0 && buffer.Length - waiting >= bytes && start >= waiting)
        {
            buffer.AsSpan(start, waiting).CopyTo(buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBytes, Math.Max(waiting + bytes, (int)Math.Min(2L * waiting, Array.MaxLength))));
            buffer.AsSpan(start, waiting).CopyTo(larger);
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        (start, end) = (0, waiting);
    }

    private void Release()
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        start = end = 0;
    }
}

/// <summary>Bytes that are being sent; to be returned once, when they have been.</summary>
internal readonly struct SentBuffer(byte[] buffer, int start, int length)
{
    public int Length => length;

    public Memory<byte> Bytes => buffer.AsMemory(start, length);

    public void Return()
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }
}
