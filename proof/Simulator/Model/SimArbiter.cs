using System.Globalization;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>
/// The record of a pair, and the ways to it. A request takes a moment, or seconds; one that is lost may be carried out long after, when nobody waits for it and
/// the process that sent it is gone.
/// </summary>
internal sealed class SimArbiter(PairWorld world, Dice dice, ArbiterPolicy policy, Timing timing, TimeSpan lease, Func<TimeSpan>? travel = null)
{
    private readonly TimeSpan longest = timing.Failover * 10;
    private ArbiterClaim? record;
    private long version;

    /// <summary>It answers nobody.</summary>
    public bool IsDown { get; set; }

    /// <summary>Or not this node.</summary>
    public bool[] IsCutFrom { get; } = new bool[2];

    public TimeSpan Lease => lease;

    /// <summary>A rule spoiled: an active node relies on a promise for longer than it is kept.</summary>
    public bool ReliesTooLong { get; init; }

    /// <summary>The right to serve of a new process.</summary>
    public Mandate NewMandate(SimNode node) => new(
        node.Index == PairWorld.Primary ? BinaryStarRole.Primary : BinaryStarRole.Backup, new Guid(node.Life, (short)node.Index, 0, new byte[8]),
        ReliesTooLong ? MandateTiming.From(timing.Failover, lease) with { Promised = timing.Failover * 3 } : MandateTiming.From(timing.Failover, lease), policy);

    public void Ask(SimNode node, ArbiterRequest request)
    {
        var life = node.Life;
        world.Schedule(Travel(), () => Meet(node, life, request));
    }

    private void Meet(SimNode node, int life, ArbiterRequest request)
    {
        if (IsDown || IsCutFrom[node.Index])
        {
            if (dice.Percent(50)) world.Schedule(dice.Between(TimeSpan.Zero, longest), () => Meet(node, life, request));
            return;
        }

        var answer = CarryOut(request);
        world.Schedule(Travel(), () =>
        {
            if (!IsDown && !IsCutFrom[node.Index] && node.Life == life) node.Receive(answer);
        });
    }

    private ArbiterAnswer CarryOut(in ArbiterRequest request)
    {
        var current = record is null ? null : version.ToString(CultureInfo.InvariantCulture);
        if (request.Operation == ArbiterOperation.Read) return new ArbiterAnswer(request.Id, ArbiterOutcome.Done, current, record);
        if (request.ExpectedVersion != current) return ArbiterAnswer.Refused(request.Id);
        record = request.Claim;
        return ArbiterAnswer.Written(request.Id, (++version).ToString(CultureInfo.InvariantCulture));
    }

    private TimeSpan Travel() => travel is not null ? travel() : dice.Below(100) switch
    {
        < 94 => dice.Between(TimeSpan.FromMicroseconds(200), TimeSpan.FromMilliseconds(5)),
        < 99 => dice.Between(TimeSpan.Zero, timing.Heartbeat * 3),
        _ => dice.Between(TimeSpan.Zero, longest),
    };
}
