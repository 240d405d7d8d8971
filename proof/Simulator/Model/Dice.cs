using System.Numerics;

namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>
/// All chance in the simulator: xoshiro256**, seeded by splitmix64. Integers only, so that a seed means the same on
/// every machine and every version of the runtime.
/// </summary>
internal sealed class Dice
{
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;

    public Dice(ulong seed, ulong stream)
    {
        var state = seed + stream * 0x9E3779B97F4A7C15UL;
        (a, b, c, d) = (Split(ref state), Split(ref state), Split(ref state), Split(ref state));
    }

    /// <summary>From 0 up to, and without, <paramref name="end"/>.</summary>
    public long Below(long end) => (long)Math.BigMul(Next(), (ulong)end, out _);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int chance) => Below(100) < chance;

    public TimeSpan Between(TimeSpan from, TimeSpan to) => TimeSpan.FromTicks(from.Ticks + Below(to.Ticks - from.Ticks + 1));

    /// <summary>Each doubling between the two is as likely as another.</summary>
    public TimeSpan Magnitude(TimeSpan from, TimeSpan to)
    {
        var doublings = BitOperations.Log2((ulong)(to.Ticks / from.Ticks)) + 1;
        var low = from * (1L << (int)Below(doublings));
        var high = low * 2;
        return Between(low, high < to ? high : to);
    }

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[(int)Below(choices.Length)];

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(b * 5, 7) * 9;
        var shifted = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    private static ulong Split(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
