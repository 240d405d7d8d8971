using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PeerMessageTests
{
    [Theory]
    [InlineData(1, '1')]
    [InlineData(2, '2')]
    [InlineData(3, '3')]
    [InlineData(4, '4')]
    public void Each_message_is_one_ascii_digit_and_is_read_back(int number, char digit)
    {
        var frame = PeerMessageCodec.Encode((PeerMessage)number);

        frame.Should().Equal((byte)digit);
        PeerMessageCodec.TryDecode(frame, out var read).Should().BeTrue();
        ((int)read).Should().Be(number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("9")]
    [InlineData("-1")]
    [InlineData("+3")]
    [InlineData(" 3")]
    [InlineData("3 ")]
    [InlineData("3\n")]
    [InlineData("3\0")]
    [InlineData("3junk")]
    [InlineData("33")]
    [InlineData("03")]
    [InlineData("abc")]
    [InlineData("a")]
    public void Text_that_is_not_exactly_one_known_digit_is_refused(string text) =>
        ShouldBeRefused(System.Text.Encoding.ASCII.GetBytes(text));

    [Fact]
    public void Of_all_single_bytes_only_the_four_digits_are_taken()
    {
        var taken = Enumerable.Range(0, 256).Where(value => PeerMessageCodec.TryDecode([(byte)value], out _));

        taken.Should().Equal('1', '2', '3', '4');
    }

    [Theory]
    [InlineData(0xB3)] // '3' with the high bit set
    [InlineData(0xFF)]
    [InlineData(0x03)] // the number itself, not its digit
    public void Bytes_outside_ascii_digits_are_refused(byte value) => ShouldBeRefused([value]);

    [Fact]
    public void A_digit_in_another_script_is_refused() => ShouldBeRefused("３"u8.ToArray());

    [Fact]
    public void A_megabyte_of_digits_is_refused()
    {
        var frame = new byte[1024 * 1024];
        Array.Fill(frame, (byte)'3');

        ShouldBeRefused(frame);
    }

    [Theory]
    [InlineData(BinaryStarRole.Primary, BinaryStarState.Primary, '1')]
    [InlineData(BinaryStarRole.Primary, BinaryStarState.Active, '3')]
    [InlineData(BinaryStarRole.Primary, BinaryStarState.Passive, '4')]
    [InlineData(BinaryStarRole.Primary, BinaryStarState.Yielding, '1')]
    [InlineData(BinaryStarRole.Backup, BinaryStarState.Backup, '2')]
    [InlineData(BinaryStarRole.Backup, BinaryStarState.Active, '3')]
    [InlineData(BinaryStarRole.Backup, BinaryStarState.Passive, '4')]
    [InlineData(BinaryStarRole.Backup, BinaryStarState.Yielding, '2')]
    public void A_node_publishes_its_state_and_a_yielding_one_looks_like_a_waiting_one(
        BinaryStarRole role, BinaryStarState state, char digit) =>
        PeerMessageCodec.Encode(PeerMessageCodec.Of(role, state)).Should().Equal((byte)digit);

    private static void ShouldBeRefused(byte[] frame)
    {
        PeerMessageCodec.TryDecode(frame, out var message).Should().BeFalse();
        message.Should().Be(default(PeerMessage), "a refused frame must not leave a message behind");
    }
}
