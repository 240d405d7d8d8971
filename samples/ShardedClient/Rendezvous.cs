using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ShardedClient;

/// <summary>
/// Which pair a key belongs to, by rendezvous hashing: each pair has a score for each key, and the highest has the key. Everybody who knows the names of
/// the pairs, in whatever order, comes to the same result, in any language.
/// </summary>
internal sealed class Rendezvous
{
    private const char Separator = '\0';
    private readonly string[] names;

    /// <exception cref="ArgumentException">There is no pair, or two have the same name, or one has a name that could be mistaken for a part of a key.</exception>
    public Rendezvous(IEnumerable<string> pairs)
    {
        names = [.. pairs.Order(StringComparer.Ordinal)]; // with equal scores, the same one for everybody
        if (names.Length == 0) throw new ArgumentException("There must be at least one pair.", nameof(pairs));
        if (names.Distinct().Count() < names.Length) throw new ArgumentException("Each pair must have a name of its own.", nameof(pairs));
        if (names.Any(name => name.Contains(Separator))) throw new ArgumentException("A pair's name must not contain the character 0.", nameof(pairs));
    }

    public string OwnerOf(string key) => names.MaxBy(name => Score(name, key))!;

    /// <summary>The first 8 bytes of the SHA-256 of both, as a number. Never <see cref="string.GetHashCode()"/>, which differs from process to process.</summary>
    private static ulong Score(string pair, string key) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{pair}{Separator}{key}")));
}
