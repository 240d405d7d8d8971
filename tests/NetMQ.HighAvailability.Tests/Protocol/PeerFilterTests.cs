using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PeerFilterTests
{
    private readonly PeerFilter filter = new(F, hasArbiter: false);

    public static TheoryData<byte[]> Foreign => [.. new byte[][] { [(byte)'0'], [1, 0, 0, 0], [9, 0, 0, 0], [0, 0, 0, 4], [0, 0, 0, 0] }];

    public static TheoryData<byte[]> Others =>
    [
        .. new byte[][]
        {
            [], [0], [(byte)'5'], [1, 0, 0], [1, 0, 0, 0, 0], [10, 0, 0, 0], [0, 0, 0, 10], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0],
            [.. "0000"u8], [.. "00"u8],
        },
    ];

    [Fact]
    public void A_message_of_a_proper_peer_is_passed_on()
    {
        filter.Take(Ms(0), "3"u8, more: false, out var message, out _).Should().Be(PeerFrame.Message);
        message.Should().Be(PeerMessage.Active);
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_zero_or_a_small_number_in_four_bytes_gives_a_foreign_peer_away_and_nothing_of_it_counts_from_then_on(byte[] frame)
    {
        filter.Take(Ms(0), frame, more: false, out _, out _).Should().Be(PeerFrame.Foreign);

        filter.Take(Ms(1), "3"u8, more: false, out var message, out _).Should().Be(PeerFrame.Foreign);
        message.Should().Be(default(PeerMessage));
        filter.Take(Ms(2), "junk"u8, more: true, out _, out _).Should().Be(PeerFrame.Foreign);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Anything_else_is_garbage_and_the_next_message_counts(byte[] frame)
    {
        filter.Take(Ms(0), frame, more: false, out var message, out _).Should().Be(PeerFrame.Garbage);
        message.Should().Be(default(PeerMessage));

        filter.Take(Ms(1), "3"u8, more: false, out _, out _).Should().Be(PeerFrame.Message);
    }

    [Fact]
    public void A_zero_with_more_frames_behind_it_is_garbage() => filter.Take(Ms(0), "0"u8, more: true, out _, out _).Should().Be(PeerFrame.Garbage);

    [Fact]
    public void A_state_with_more_frames_behind_it_is_garbage_and_leaves_no_message()
    {
        filter.Take(Ms(0), "3"u8, more: true, out var message, out _).Should().Be(PeerFrame.Garbage);
        message.Should().Be(default(PeerMessage));
    }

    [Fact]
    public void Each_frame_of_a_foreign_peer_begins_the_time_anew_in_which_its_path_must_be_silent()
    {
        filter.Take(Ms(0), "0"u8, more: false, out _, out _);
        filter.Take(F - Instant, "2"u8, more: false, out _, out _).Should().Be(PeerFrame.Foreign);
        filter.Take(F + F - Instant - Instant, "2"u8, more: false, out _, out _).Should().Be(PeerFrame.Foreign);

        filter.Take((F * 3) - Instant - Instant, "2"u8, more: false, out var message, out _).Should().Be(PeerFrame.Message);
        message.Should().Be(PeerMessage.BackupWaiting);
    }
}
