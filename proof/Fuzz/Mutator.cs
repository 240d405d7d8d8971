namespace NetMQ.HighAvailability.Fuzz;

/// <summary>Makes inputs out of others, the same ones for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private const int MaxBytes = 2048;

    private static readonly byte[] Telling = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 127, 128, 254, 255];

    private readonly Random random = new(seed);

    public byte[] Next(IReadOnlyList<byte[]> pool)
    {
        var bytes = new List<byte>(Pick(pool));
        for (var changes = 1 << random.Next(4); changes > 0; changes--) Change(bytes, pool);
        if (bytes.Count > MaxBytes) bytes.RemoveRange(MaxBytes, bytes.Count - MaxBytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> pool)
    {
        var at = random.Next(bytes.Count + 1);
        var some = Math.Min(1 + random.Next(1 << random.Next(8)), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = Telling[random.Next(Telling.Length)];
                break;
            case 2 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                bytes.InsertRange(at, Some(random.Next(16)));
                break;
            case 4:
                bytes.RemoveRange(at, some);
                break;
            case 5:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, some));
                break;
            case 6:
                var other = Pick(pool);
                var from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, random.Next(other.Length - from + 1)).ToArray());
                break;
            case 7:
                var rest = Pick(pool);
                bytes.RemoveRange(at, bytes.Count - at);
                if (at < rest.Length) bytes.AddRange(rest[at..]);
                break;
            default:
                for (var i = at; i < Math.Min(at + 8, bytes.Count); i++) bytes[i] = Telling[random.Next(2) * (Telling.Length - 1)];
                break;
        }
    }

    private byte[] Some(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Pick(IReadOnlyList<byte[]> pool) => pool[random.Next(pool.Count)];
}
