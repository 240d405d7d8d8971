using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>What follows the handshake: messages, commands and their limits, sealed or not.</summary>
public sealed class TrafficTests
{
    private const int MaxMessageBytes = 2000;
    private const int MaxFrames = 5;

    private static readonly WireLimits Limits = new(MaxMessageBytes, MaxFrames);

    public static TheoryData<bool> Securities => [false, true];

    [Theory]
    [MemberData(nameof(Securities))]
    public void Messages_of_all_sizes_arrive_both_ways_in_chunks_of_any_size(bool curve)
    {
        foreach (var chunk in new[] { 1, 13, 4096, int.MaxValue })
        {
            using var pair = new ReadyPair(curve);
            foreach (var (from, to) in new[] { (pair.Client, pair.Server), (pair.Server, pair.Client) })
            {
                int[] sizes = [0, 1, 255, 256, 5000, 70_000];
                foreach (var size in sizes) from.Wire.WriteFrame(Bytes(size), more: size != 70_000);

                to.Receive(from.Send(), chunk).Fault.Should().Be(WireFault.None);

                to.Taken.Should().HaveCount(sizes.Length).And.OnlyContain(taken => taken.Item == WireItem.Frame);
                to.Taken.Select(taken => taken.More).Should().Equal(true, true, true, true, true, false);
                to.Frames.Zip(sizes).Should().OnlyContain(both => both.First.SequenceEqual(Bytes(both.Second)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void The_bytes_of_a_message_are_limited_all_frames_together(bool curve)
    {
        Accepted(curve, pair => pair.Frame(new byte[MaxMessageBytes]));
        Accepted(curve, pair => [.. pair.Frame(new byte[MaxMessageBytes / 2], more: true), .. pair.Frame(new byte[MaxMessageBytes / 2])]);
        Accepted(curve, pair => [.. pair.Frame(new byte[MaxMessageBytes]), .. pair.Frame(new byte[MaxMessageBytes])]);

        Refused(curve, WireFault.TooLarge, pair => pair.Frame(new byte[MaxMessageBytes + 1]));
        Refused(curve, WireFault.TooLarge, pair => [.. pair.Frame(new byte[MaxMessageBytes / 2], more: true), .. pair.Frame(new byte[(MaxMessageBytes / 2) + 1])]);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void The_frames_of_a_message_are_limited(bool curve)
    {
        byte[] Message(ReadyPair pair, int frames) => [.. Enumerable.Range(1, frames).SelectMany(number => pair.Frame([], more: number < frames))];
        Accepted(curve, pair => Message(pair, MaxFrames));
        Accepted(curve, pair => [.. Message(pair, MaxFrames), .. Message(pair, MaxFrames)]);

        Refused(curve, WireFault.TooLarge, pair => Message(pair, MaxFrames + 1));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_command_has_at_most_1024_bytes(bool curve)
    {
        Accepted(curve, pair => pair.Command("OTHER", new byte[WireLimits.MaxCommandBytes - 6]));

        Refused(curve, WireFault.TooLarge, pair => pair.Command("OTHER", new byte[WireLimits.MaxCommandBytes - 5]));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, int.MaxValue)]
    [InlineData(true, int.MaxValue)]
    public void A_command_does_not_depend_on_the_limit_of_messages(bool curve, int maxMessageBytes)
    {
        using var pair = new ReadyPair(curve, limits: new WireLimits(maxMessageBytes, 1));

        pair.Server.Receive([.. pair.Command("PING", [0, 9, .. new byte[16]]), .. pair.Frame("3"u8)]);

        pair.Server.Frames.Should().ContainSingle().Which.Should().Equal((byte)'3');
        pair.Server.Wire.Output.Length.Should().BePositive("a PONG is to be sent");
        Ended(pair.Server.Receive(pair.Frame(new byte[2])), maxMessageBytes == 1 ? WireFault.TooLarge : WireFault.None);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_length_beyond_every_limit_is_refused_by_its_header(bool curve)
    {
        foreach (var length in (ulong[])[MaxMessageBytes + CurveSession.Overhead + 1, int.MaxValue, 1UL << 32, 1UL << 63, ulong.MaxValue])
        {
            foreach (byte flags in (byte[])[2, 6]) Refused(curve, WireFault.TooLarge, _ => WireBytes.LongHeader(flags, length));
            using var pair = new ReadyPair(curve, limits: new WireLimits(int.MaxValue, 1));
            Ended(pair.Server.Receive(WireBytes.LongHeader(2, length)), length >= int.MaxValue ? WireFault.TooLarge : WireFault.None);
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Nothing_is_allocated_for_a_length_that_was_merely_claimed(bool curve)
    {
        using var pair = new ReadyPair(curve, limits: new WireLimits(1 << 30, 1));
        var header = WireBytes.LongHeader(2, 1 << 30);
        pair.Server.Wire.Read(header, out _).Should().Be(WireItem.Incomplete);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var item = pair.Server.Wire.Read(header, out _);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        item.Should().Be(WireItem.Incomplete);
        pair.Server.Wire.Needed.Should().Be(9 + (1 << 30));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Ping_is_answered_by_pong_with_its_context(bool curve)
    {
        foreach (var context in new[] { 0, 1, 16 })
        {
            using var pair = new ReadyPair(curve);
            pair.Server.Receive(pair.Command("PING", [0, 5, .. Bytes(context)])).Fault.Should().Be(WireFault.None);
            var pong = pair.Server.Send();

            if (!curve) pong.Should().Equal(WireBytes.Command("PONG", Bytes(context)));
            pong.Should().HaveCount(2 + 5 + context + (curve ? CurveSession.Overhead : 0));
            pair.Client.Receive(pong).Fault.Should().Be(WireFault.None);
            pair.Client.Taken.Should().BeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_ping_without_its_time_or_with_too_long_a_context_is_malformed(bool curve)
    {
        Refused(curve, WireFault.Malformed, pair => pair.Command("PING"));
        Refused(curve, WireFault.Malformed, pair => pair.Command("PING", 0));
        Refused(curve, WireFault.Malformed, pair => pair.Command("PING", new byte[2 + 17]));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Unknown_commands_and_a_pong_are_passed_over(bool curve)
    {
        Accepted(curve, pair => [.. pair.Command("OTHER"), .. pair.Command("X", 1, 2, 3), .. pair.Command("PONG"), .. pair.Command("READY"), .. pair.Command("PINGS")]);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_command_without_a_name_is_malformed(bool curve)
    {
        Refused(curve, WireFault.Malformed, pair => pair.Frame([], isCommand: true));
        Refused(curve, WireFault.Malformed, pair => pair.Frame([0], isCommand: true));
        Refused(curve, WireFault.Malformed, pair => pair.Frame([5, 1, 2], isCommand: true));
        Refused(curve, WireFault.Malformed, pair => pair.Frame([2, (byte)'X'], isCommand: true));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_command_that_others_follow_is_malformed(bool curve) =>
        Refused(curve, WireFault.Malformed, pair => pair.Frame(WireBytes.CommandBody("PING", 0, 0), more: true, isCommand: true));

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_refusal_ends_it(bool curve) => Refused(curve, WireFault.RefusedByPeer, pair => pair.Command("ERROR", 2, 0, 0));

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_router_takes_no_subscriptions(bool curve)
    {
        Refused(curve, WireFault.Malformed, pair => pair.Command("SUBSCRIBE"));
        Refused(curve, WireFault.Malformed, pair => pair.Command("CANCEL"));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_ping_between_the_frames_of_a_message_is_answered(bool curve)
    {
        // libzmq sends one when its time has come, wherever it is in a message.
        using var pair = new ReadyPair(curve, limits: Limits);

        pair.Server.Receive([.. pair.Frame("a"u8, more: true), .. pair.Command("PING", 0, 0), .. pair.Frame("b"u8)]);

        pair.Server.Fault.Should().Be(WireFault.None);
        pair.Server.Frames.Select(body => body[0]).Should().Equal((byte)'a', (byte)'b');
        pair.Server.Wire.Output.Length.Should().BePositive();
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Commands_between_the_frames_of_a_message_count_for_its_limits(bool curve)
    {
        byte[] Message(ReadyPair pair, int commands, int bytes) =>
            [.. pair.Frame([], more: true), .. Enumerable.Range(0, commands).SelectMany(_ => pair.Command("OTHER", new byte[bytes])), .. pair.Frame([])];
        Accepted(curve, pair => Message(pair, MaxFrames - 2, 100));
        Accepted(curve, pair => [.. Message(pair, MaxFrames - 2, 100), .. Message(pair, MaxFrames - 2, 100)]);

        Refused(curve, WireFault.TooLarge, pair => Message(pair, MaxFrames - 1, 100));
        Refused(curve, WireFault.TooLarge, pair => Message(pair, 2, 1000));
    }

    private static void Ended(WireEnd end, WireFault fault) => end.Fault.Should().Be(fault);

    private static void Accepted(bool curve, Func<ReadyPair, byte[]> bytes)
    {
        using var pair = new ReadyPair(curve, limits: Limits);
        pair.Server.Receive([.. bytes(pair), .. pair.Frame("end"u8)]);
        pair.Server.Fault.Should().Be(WireFault.None);
        pair.Server.Frames.Last().Should().Equal("end"u8.ToArray());
    }

    private static void Refused(bool curve, WireFault fault, Func<ReadyPair, byte[]> bytes)
    {
        foreach (var chunk in new[] { 1, int.MaxValue })
        {
            using var pair = new ReadyPair(curve, limits: Limits);
            pair.Server.Receive(bytes(pair), chunk).Fault.Should().Be(fault);
            pair.Server.Wire.PassedHandshake.Should().BeTrue();
        }
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(number => (byte)(number * 7))];
}
