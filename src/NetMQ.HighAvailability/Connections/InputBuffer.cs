using System.Buffers;

namespace NetMQ.HighAvailability.Connections;

/// <summary>
/// The bytes that have arrived over one connection and are not done with: those of the message that is being read, and what follows it.
/// Holds no memory while there are none, and little while there are few.
/// </summary>
internal struct InputBuffer
{
    /// <summary>How much is received at once.</summary>
    public const int ChunkBytes = 64 * 1024;

    private const int FewBytes = 1024;

    private byte[]? buffer;
    private int start;  // of the message that is being read
    private int read;   // how far it has been read
    private int end;

    /// <summary>How much memory it holds.</summary>
    public readonly int Capacity => buffer?.Length ?? 0;

    /// <summary>How many bytes of the message that is being read, and after it, there are.</summary>
    public readonly int Length => end - start;

    /// <summary>What has not been read.</summary>
    public readonly Span<byte> Unread => buffer.AsSpan(read, end - read);

    /// <summary>How far the message has been read.</summary>
    public readonly int Position => read - start;

    public readonly ReadOnlySpan<byte> Slice(int position, int length) => buffer.AsSpan(start + position, length);

    public void Advance(int bytes) => read += bytes;

    /// <summary>What has been read is done with.</summary>
    public void Drop() => start = read;

    /// <summary>Room for what arrives next.</summary>
    /// <param name="needed">How many unread bytes are needed for the next step, as far as is known.</param>
    public Span<byte> Room(int needed)
    {
        // Grown by what has arrived, not by what was claimed: a claim costs nothing.
        var wanted = Math.Clamp(needed - (end - read), 1, Math.Max(ChunkBytes, end - start));
        if (Capacity - end < wanted || Capacity < ChunkBytes) MakeRoom(wanted);
        return buffer.AsSpan(end);
    }

    public void Received(int bytes) => end += bytes;

    /// <summary>Until more arrives: releases what is not needed to hold what is there.</summary>
    public void Rest()
    {
        if (start == end) Release();
        else if (4 * Math.Max(Length, FewBytes) <= Capacity) Move(Math.Max(Length, FewBytes));
    }

    public void Release()
    {
        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
        start = read = end = 0;
    }

    private void MakeRoom(int wanted)
    {
        var held = end - start;
        if (Capacity >= ChunkBytes && Capacity - held >= wanted && start >= held)
        {
            buffer.AsSpan(start, held).CopyTo(buffer);
            (start, read, end) = (0, read - start, held);
        }
        else
        {
            Move(Math.Max(ChunkBytes, held + wanted));
        }
    }

    private void Move(int capacity)
    {
        var held = end - start;
        var other = ArrayPool<byte>.Shared.Rent(capacity);
        if (buffer is not null)
        {
            buffer.AsSpan(start, held).CopyTo(other);
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = other;
        (start, read, end) = (0, read - start, held);
    }
}
