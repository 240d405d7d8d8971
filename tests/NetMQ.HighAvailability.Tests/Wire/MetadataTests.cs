using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

public sealed class MetadataTests
{
    public static TheoryData<int> Kinds => [.. Enumerable.Range((int)SocketKind.Pub, (int)SocketKind.Rep)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_reads_as_it_is_written(int number)
    {
        var kind = (SocketKind)number;
        var read = new Metadata();

        read.Read(Metadata.Write(kind, "me"u8)).Should().Be(WireFault.None);

        read.Kind.Should().Be(kind);
        read.Identity.Should().Equal(kind is SocketKind.Dealer or SocketKind.Router or SocketKind.Req ? "me"u8.ToArray() : []);
    }

    [Fact]
    public void It_is_written_as_zmtp_has_it() =>
        Metadata.Write(SocketKind.Dealer, "me"u8).Should().Equal(
            [11, .. "Socket-Type"u8, 0, 0, 0, 6, .. "DEALER"u8, 8, .. "Identity"u8, 0, 0, 0, 2, .. "me"u8]);

    [Fact]
    public void Names_are_the_same_in_any_case_and_unknown_ones_are_passed_over()
    {
        var read = new Metadata();

        read.Read([.. WireBytes.Property("X-Other", 1, 2, 3), .. WireBytes.Property("SOCKET-type", "REQ"u8), .. WireBytes.Property("identity", 7), .. WireBytes.Property("Resource")])
            .Should().Be(WireFault.None);

        read.Kind.Should().Be(SocketKind.Req);
        read.Identity.Should().Equal(7);
    }

    [Theory]
    [InlineData("STREAM")]
    [InlineData("dealer")]
    [InlineData("DEALER ")]
    [InlineData("")]
    public void A_socket_type_that_is_none_of_those_is_unknown(string name)
    {
        var read = new Metadata();

        read.Read(WireBytes.Property("Socket-Type", System.Text.Encoding.ASCII.GetBytes(name))).Should().Be(WireFault.None);

        read.Kind.Should().Be(SocketKind.Unknown);
    }

    [Fact]
    public void Nothing_is_well_formed_and_says_nothing()
    {
        var read = new Metadata();
        read.Read([]).Should().Be(WireFault.None);
        read.Kind.Should().Be(SocketKind.Unknown);
        read.Identity.Should().BeEmpty();
    }

    [Fact]
    public void Cut_off_anywhere_within_a_property_it_is_malformed()
    {
        var first = WireBytes.Property("Socket-Type", "DEALER"u8);
        byte[] whole = [.. first, .. WireBytes.Property("Identity", "me"u8)];
        for (var length = 0; length < whole.Length; length++)
            new Metadata().Read(whole.AsSpan(0, length)).Should().Be(length == 0 || length == first.Length ? WireFault.None : WireFault.Malformed, "of {0} bytes", length);
    }

    [Theory]
    [InlineData(0xFFFFFFFF)]
    [InlineData(0x80000000)]
    [InlineData(0x7FFFFFFF)]
    [InlineData(3)]
    public void A_claimed_length_that_is_not_there_is_malformed(uint claimed)
    {
        var bytes = WireBytes.Property("Identity", "me"u8);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), claimed);

        new Metadata().Read(bytes).Should().Be(WireFault.Malformed);
    }

    [Fact]
    public void A_property_without_a_name_is_malformed() =>
        new Metadata().Read(WireBytes.Property("", 1)).Should().Be(WireFault.Malformed);

    [Fact]
    public void An_identity_has_at_most_255_bytes()
    {
        var read = new Metadata();
        read.Read(Metadata.Write(SocketKind.Dealer, new byte[255])).Should().Be(WireFault.None);
        read.Identity.Should().HaveCount(255);

        new Metadata().Read(WireBytes.Property("Identity", new byte[256])).Should().Be(WireFault.Malformed);
    }
}
