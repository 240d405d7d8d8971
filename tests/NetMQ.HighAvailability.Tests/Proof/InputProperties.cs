using CsCheck;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>Whatever comes from outside, frames, endpoints, options, is taken or refused, and nothing else.</summary>
public sealed class InputProperties
{
    private const int Cases = 200_000;

    private static readonly Gen<string> Hosts = Gen.OneOf(
        Gen.OneOf("*", "localhost", "127.0.0.1", "peer.example", "10.0.0.7", "0.0.0.0", "[::1]", "", "a b", "-"),
        Gen.String[Gen.Char, 0, 12]);

    private static readonly Gen<string> Ports = Gen.OneOf(
        Gen.Int[-2, 70_000].Select(port => port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.String[Gen.Char, 0, 4]);

    private static readonly Gen<string> Endpoints = Gen.OneOf(
        Gen.Select(Hosts, Ports, (host, port) => $"tcp://{host}:{port}"),
        Gen.Select(Gen.OneOf("tcp:/", "tcp://", "ipc://", "TCP://", ":"), Gen.String[Gen.Char, 0, 20], (scheme, rest) => scheme + rest),
        Gen.String[Gen.Char, 0, 30]);

    private static readonly Gen<TimeSpan> Spans = Gen.OneOf(
        Gen.Int[-10, 20_000].Select(ms => TimeSpan.FromMilliseconds(ms)),
        Gen.Long.Select(TimeSpan.FromTicks));

    [Fact]
    public void Only_one_digit_from_1_to_4_is_a_message() =>
        Gen.Byte.Array[0, 6].Sample(
            frame =>
            {
                var taken = PeerMessageCodec.TryDecode(frame, out var message);
                return taken == (frame.Length == 1 && frame[0] is >= (byte)'1' and <= (byte)'4')
                    && (taken ? PeerMessageCodec.Encode(message).AsSpan().SequenceEqual(frame) : message == default);
            },
            iter: Cases);

    [Fact]
    public void From_a_foreign_frame_on_a_path_is_believed_only_after_its_silence() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 6], Gen.OneOf("0"u8.ToArray(), [1, 0, 0, 0], [0, 0, 0, 2], "3"u8.ToArray())), Gen.Bool, Gen.Int[0, 4000]).Array[1, 20].Sample(
            frames =>
            {
                var (filter, now, foreignUntil) = (new PeerFilter(TimeSpan.FromSeconds(2), hasArbiter: false), TimeSpan.Zero, TimeSpan.MinValue);
                foreach (var (frame, more, after) in frames)
                {
                    now += TimeSpan.FromMilliseconds(after);
                    var taken = filter.Take(now, frame, more, out var message, out _);
                    if (now < foreignUntil && taken != PeerFrame.Foreign) return false;
                    if (taken == PeerFrame.Foreign) foreignUntil = now + TimeSpan.FromSeconds(2);
                    if ((taken == PeerFrame.Message) != (message != default)) return false;
                }

                return true;
            },
            iter: Cases / 4);

    [Fact]
    public void Every_single_byte_is_a_message_or_none()
    {
        for (var value = 0; value <= byte.MaxValue; value++)
            PeerMessageCodec.TryDecode([(byte)value], out _).Should().Be(value is >= '1' and <= '4', "of {0}", value);
    }

    [Fact]
    public void Any_text_is_an_endpoint_or_none_and_an_endpoint_reads_as_it_is_written() =>
        Gen.Select(Endpoints, Gen.Bool).Sample(
            (text, wildcard) =>
                TcpEndpoint.TryParse(text, wildcard) is not { } endpoint
                || (endpoint.Port is >= 1 and <= 65535
                    && (wildcard || endpoint.Host != "*")
                    && TcpEndpoint.TryParse(endpoint.ToString(), wildcard) == endpoint),
            iter: Cases);

    [Fact]
    public void Any_options_are_valid_or_refused_as_documented() =>
        Gen.Select(Spans, Spans, Spans.Nullable(), Spans.Nullable(), Endpoints.Array[0, 3], Endpoints.Array[0, 3], Gen.Int[-1, 4]).Sample(
            (heartbeat, failover, peerHeartbeat, peerFailover, locals, remotes, number) =>
            {
                var options = new BinaryStarOptions
                {
                    Role = (BinaryStarRole)number, DualActivePolicy = (DualActivePolicy)(number & 1), VoterHighWatermark = number, VoterMaxRequestBytes = 1023 + number,
                    HeartbeatInterval = heartbeat, FailoverTimeout = failover,
                    PeerHeartbeatInterval = peerHeartbeat, PeerFailoverTimeout = peerFailover,
                    LocalEndpoints = locals, RemoteEndpoints = remotes,
                };
                try
                {
                    options.Validate();
                }
                catch (ArgumentException e)
                {
                    return e.ParamName is not null && e.Message.StartsWith(e.ParamName, StringComparison.Ordinal);
                }

                return KeepsTheInequalities(options);
            },
            iter: Cases / 4);

    [Fact]
    public void Any_timing_that_is_valid_keeps_the_inequalities_of_the_protocol() =>
        Gen.Select(Gen.Int[20, 2000], Gen.Int[60, 20_000], Gen.Int[1, 4000].Nullable(), Gen.Int[60, 20_000]).Sample(
            (heartbeat, failover, peerHeartbeat, peerFailover) =>
            {
                var options = new BinaryStarOptions
                {
                    Role = BinaryStarRole.Primary, LocalEndpoints = ["tcp://*:1"], RemoteEndpoints = ["tcp://peer:2"],
                    HeartbeatInterval = TimeSpan.FromMilliseconds(heartbeat), FailoverTimeout = TimeSpan.FromMilliseconds(failover),
                    PeerHeartbeatInterval = peerHeartbeat is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
                    PeerFailoverTimeout = peerHeartbeat is null ? null : TimeSpan.FromMilliseconds(peerFailover),
                };
                try
                {
                    options.Validate();
                }
                catch (ArgumentException)
                {
                    return true;
                }

                return KeepsTheInequalities(options);
            },
            iter: Cases);

    // As docs/protocol.md gives them, with D and g at their most, H/4.
    private static bool KeepsTheInequalities(BinaryStarOptions options)
    {
        var (h, f, t) = (options.HeartbeatInterval, options.FailoverTimeout, options.ToTiming());
        var d = h / 4;
        return 2 * d < h && f >= 3 * h && f > h + h + d + t.ShortGap
            && t.ShortGap >= h / 8 && t.LongGap > t.ShortGap && t.Settle >= 2 * (d + t.ShortGap)
            && t.OfferGuard > 2 * d && (options.PeerHeartbeatInterval is not null || t.OfferGuard < h)
            && t.Lease > h && (2 * t.Lease) + d <= f + TimeSpan.FromTicks(4)
            && t.ReclaimSettle >= t.Settle && t.ReclaimSettle < f && t.Quiet < f
            && t.StopBound <= TimeSpan.FromSeconds(2);
    }
}
