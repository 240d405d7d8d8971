using System.Security.Cryptography;
using NaCl;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>NaCl.Net beside libsodium 1.0.18, which computed these from the same keys, nonce and messages.</summary>
public sealed class PrimitiveTests
{
    private static readonly byte[] Alice = Sequence(32, 7, 1);
    private static readonly byte[] Bob = Sequence(32, 11, 5);
    private static readonly byte[] Key = Sequence(32, 13, 2);
    private static readonly byte[] Nonce = Sequence(24, 3, 9);
    private static readonly byte[] AlicesPublic = Convert.FromHexString("c8feca81be196cdf2cadeabf13c4903d7632dce4955aa68b6e5d9adef54e2616");
    private static readonly byte[] BobsPublic = Convert.FromHexString("14ee0e07f34e3a17030c6eecf66d3705e80d1e153f7a0ca5b345e83ce9d62643");

    [Fact]
    public void A_public_key_is_libsodiums()
    {
        Curve25519.ScalarMultiplicationBase(Alice).Should().Equal(AlicesPublic);
        Curve25519.ScalarMultiplicationBase(Bob).Should().Equal(BobsPublic);
    }

    [Theory]
    [InlineData(0, "a36957e93e2398c2b72e81ce9ea30622", "0e5faf04a161bf3b7f9b670fa882eeb2")]
    [InlineData(1, "da125aabb5c13fb45a6b213bddc28306a9", "ffc04e476aad72a3840ebb752c8c3e5824")]
    [InlineData(63, "1c597c912e1e9dfafb7d001a7ce85ae69783b1bc781b8bf10de597780b172ae71f0e3d8b95b9afc6ffba64460643185a56d712f979298fa23ddef42b0af4dc0566622953af11dac904abfc4feb5146", "7ed1a4a611168f172ea705edae0acdf61a7bee496b694abc89d2e58a17f4e73c82ffa60438e75aeab97a8de1c9822bde9ba7efa597090b499c74da4c61c19f654bf117600f098017a0969567221ee9")]
    [InlineData(64, "c2ba041d318bb9a11d74567e5141cd06e882b2bd7f1a88f002e494790c1629e6000f3e8a92b8acc7f0bb674701421b5b69d611f87e288ca332dff72a0df5df0479632a52a810d9c80baaff4eec5045a7", "afae5964f78b1b4e1ad74e0bea89d542657aed486c6849bd86d3e68b10f5e43d9dfea5053fe659ebb67b8ee0ce8328dfa4a6eca4900808489375d94d66c09c6454f0146108088316af979666251fea7c")]
    [InlineData(65, "1705409bdec2ffd9d28d5981549b436ee981b3a27e1989f703e795760d1528e1010c3fb593bbadc0f1b8664800411a5c68d510e77f2b8da433dcf6250cf6de0378602b2da913d8cf0aa9fe41ed5344a0d9", "776d86ff8caf9c5a02049ef363a82c2f6479ec576d6b48ba87d0e78411f6e53a9cfda43a3ee558ecb7788fefcf8029d8a5a5edbb910b094f9276d84267c39d6355f3151e090b8211ae949769241ceb7b8b")]
    public void What_is_sealed_is_libsodiums_byte_for_byte(int bytes, string box, string secretBox)
    {
        var message = Message(bytes);
        Sealed(message, withKeys: true).Should().Equal(Convert.FromHexString(box));
        Sealed(message, withKeys: false).Should().Equal(Convert.FromHexString(secretBox));
    }

    [Theory]
    [InlineData(300, "85b26d80c5a5d6531fb208532212613d72512857ec923848001ca255faed9381", "84fe7152501eae3d4485396a4b1bcd6712eb3d03b40ea7625fd32294508af005")]
    [InlineData(70000, "94a27740aced2616327135f02fa626778609e0019193b821315c26577f07af74", "37d1af5780aa4e1c023bf2edf5ae7ef6cc360f3b01331d3350bcc9cfb791edf8")]
    public void What_is_sealed_of_a_long_message_has_libsodiums_hash(int bytes, string box, string secretBox)
    {
        var message = Message(bytes);
        SHA256.HashData(Sealed(message, withKeys: true)).Should().Equal(Convert.FromHexString(box));
        SHA256.HashData(Sealed(message, withKeys: false)).Should().Equal(Convert.FromHexString(secretBox));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65)]
    [InlineData(4096)]
    public void What_libsodium_seals_is_opened_and_nothing_that_was_altered(int bytes)
    {
        var message = Message(bytes);
        var box = Sealed(message, withKeys: true);
        using var opener = new Curve25519XSalsa20Poly1305(Bob, AlicesPublic);
        var plain = new byte[bytes];

        opener.TryDecrypt(plain, box, Nonce).Should().BeTrue();
        plain.Should().Equal(message);
        foreach (var position in new[] { 0, 15, 16, box.Length - 1 }.Where(position => position < box.Length))
        {
            box[position] ^= 1;
            opener.TryDecrypt(plain, box, Nonce).Should().BeFalse();
            box[position] ^= 1;
        }
    }

    private static byte[] Sealed(byte[] message, bool withKeys)
    {
        using XSalsa20Poly1305 sealer = withKeys ? new Curve25519XSalsa20Poly1305(Alice, BobsPublic) : new XSalsa20Poly1305(Key);
        var sealedBytes = new byte[message.Length + XSalsa20Poly1305.TagLength];
        sealer.Encrypt(sealedBytes, message, Nonce);
        return sealedBytes;
    }

    private static byte[] Message(int bytes) => Sequence(bytes, 5, bytes);

    private static byte[] Sequence(int count, int step, int first) => [.. Enumerable.Range(0, count).Select(i => (byte)((step * i) + first))];
}
