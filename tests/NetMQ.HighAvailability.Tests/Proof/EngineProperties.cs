using CsCheck;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>Whatever happens to one engine, in whatever order, certain things hold; <see cref="EngineProbe"/> names them.</summary>
public sealed class EngineProperties
{
    private static readonly TimeSpan H = TimeSpan.FromMilliseconds(500);

    private static readonly Timing[] Timings =
    [
        Timing.From(H, 4 * H), Timing.From(H, 3 * H), Timing.From(H, 6 * H), Timing.From(H, 6 * H, 2 * H, 4 * H),
    ];

    // The limits themselves, one tick beside them, and anything between; and a clock that steps back.
    private static readonly Gen<TimeSpan> Spans = Gen.OneOf(
        Gen.Int[1, 62].Select(ms => TimeSpan.FromMilliseconds(ms)),
        Gen.Int[1, 62].Select(ms => TimeSpan.FromMilliseconds(ms)),
        Gen.Int[1, 62].Select(ms => TimeSpan.FromMilliseconds(ms)),
        Gen.Select(Gen.OneOf(0, 2, 4, 6, 8, 12, 15, 16, 17, 32), Gen.Int[-1, 1], (eighths, beside) => H / 8 * eighths + TimeSpan.FromTicks(beside)),
        Gen.Int[-3000, 5000].Select(ms => TimeSpan.FromMilliseconds(ms)));

    private static readonly Gen<PeerMessage> Messages = Gen.Int[1, 4].Select(digit => (PeerMessage)digit);

    private static readonly Gen<ProbeTurn> Turns = Gen.Select(
        Spans, Messages.Array[0, 2], Gen.Int[0, 9].Select(n => n > 0), Gen.Int[0, 40], Spans,
        (after, receives, complete, purpose, late) => new ProbeTurn(
            after, receives, complete, purpose < 10 ? Purpose.Vote : purpose > 20 ? Purpose.Nothing : (Purpose)(purpose % 7), late));

    /// <summary>Messages that a correctly configured peer of this role publishes, or all.</summary>
    private static ProbeTurn Honest(ProbeTurn turn, BinaryStarRole role, bool honest) => !honest
        ? turn
        : turn with { Receives = [.. turn.Receives.Where(message => message != PeerMessageCodec.WaitingAs(role))] };

    [Theory]
    [InlineData(BinaryStarRole.Primary)]
    [InlineData(BinaryStarRole.Backup)]
    public void Whatever_happens_an_engine_keeps_its_rules(BinaryStarRole role) =>
        Gen.Select(Turns.Array[1, 60], Gen.Int[0, Timings.Length - 1], Gen.Bool, Gen.Bool, Gen.Int[0, 100]).Sample(
            (turns, timing, abort, honest, stopAt) =>
            {
                var probe = new EngineProbe(role, Timings[timing], abort ? DualActivePolicy.Abort : DualActivePolicy.BackupYields);
                for (var i = 0; i < turns.Length; i++)
                {
                    var turn = Honest(turns[i], role, honest);
                    if (!probe.Take(i == stopAt ? turn with { Purpose = Purpose.Stop } : turn)) break;
                }
            },
            iter: 40_000);
}
