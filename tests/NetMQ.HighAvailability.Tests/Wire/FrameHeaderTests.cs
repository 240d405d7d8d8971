using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

public sealed class FrameHeaderTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(255, 2)]
    [InlineData(256, 9)]
    [InlineData(70_000, 9)]
    [InlineData(int.MaxValue, 9)]
    public void A_header_reads_as_it_is_written(int bodyBytes, int headerBytes)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.MaxBytes];
        foreach (var (more, isCommand) in new[] { (false, false), (true, false), (false, true) })
        {
            FrameHeader.Write(bytes, bodyBytes, more, isCommand).Should().Be(headerBytes).And.Be(FrameHeader.Size(bodyBytes));
            FrameHeader.TryRead(bytes[..(headerBytes - 1)], out _).Should().BeFalse();
            FrameHeader.TryRead(bytes[..headerBytes], out var header).Should().BeTrue();
            header.Should().Be(new FrameHeader(headerBytes, (ulong)bodyBytes, more, isCommand));
        }
    }

    [Fact]
    public void Only_six_of_all_flags_are_valid()
    {
        byte[] bytes = [0, .. new byte[8]];
        var valid = new List<int>();
        for (var flags = 0; flags <= byte.MaxValue; flags++)
        {
            bytes[0] = (byte)flags;
            FrameHeader.TryRead(bytes, out var header).Should().BeTrue();
            if (header.HeaderBytes > 0) valid.Add(flags);
        }

        valid.Should().Equal(0, 1, 2, 3, 4, 6);
    }

    [Fact]
    public void Invalid_flags_are_noticed_in_two_bytes()
    {
        FrameHeader.TryRead([7], out _).Should().BeFalse();
        FrameHeader.TryRead([7, 0], out var header).Should().BeTrue();
        header.HeaderBytes.Should().Be(0);
    }

    [Fact]
    public void A_length_of_eight_bytes_may_be_small_or_beyond_every_limit()
    {
        FrameHeader.TryRead(WireBytes.LongHeader(2, 5), out var small).Should().BeTrue();
        small.Should().Be(new FrameHeader(9, 5, false, false));
        FrameHeader.TryRead(WireBytes.LongHeader(3, ulong.MaxValue), out var large).Should().BeTrue();
        large.Should().Be(new FrameHeader(9, ulong.MaxValue, true, false));
    }
}
