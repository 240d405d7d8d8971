using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The mandate of a primary, and what happens to it.</summary>
internal static class Mandates
{
    public static readonly TimeSpan L = Ms(10_000);
    public static readonly Guid Own = Guid.NewGuid();
    public static readonly Guid Others = Guid.NewGuid();

    public static Mandate Started(ArbiterPolicy policy)
    {
        var mandate = new Mandate(Primary, Own, MandateTiming.From(F, L), policy);
        mandate.Start(TimeSpan.Zero);
        return mandate;
    }

    public static MandateStamp Stamp(long token, TimeSpan sentAt = default) => new(token, sentAt, 0, TimeSpan.Zero, BinaryStarMandate.None);

    public static ArbiterClaim Claim(long token, BinaryStarRole holder, Guid process, TimeSpan lease) => new(token, holder, process, lease);

    public static MandateNews Read(Mandate mandate, ArbiterClaim? claim, TimeSpan at)
    {
        var request = mandate.Ask(ArbiterOperation.Read, at);
        return mandate.Answered(new ArbiterAnswer(request.Id, ArbiterOutcome.Done, claim is null ? null : $"v{claim.Token}{(claim.Process == Own ? "own" : "")}", claim), at);
    }

    // By the time that it takes.
    public static void EndStartPromise(Mandate mandate) => mandate.MayTakeAt(F).Should().BeFalse("the record is not known");

    public static void Take(Mandate mandate, TimeSpan sentAt, TimeSpan answeredAt)
    {
        Read(mandate, null, sentAt);
        var request = mandate.Ask(ArbiterOperation.Take, sentAt);
        mandate.Answered(ArbiterAnswer.Written(request.Id, "taken"), answeredAt).Should().Be(MandateNews.Granted);
    }

    public static void Acknowledge(Mandate mandate, TimeSpan sentAt, TimeSpan at) =>
        mandate.Receive(isActive: false, new MandateStamp(mandate.Memory.Token, TimeSpan.Zero, mandate.Memory.Token, sentAt + F * 0.98, BinaryStarMandate.None), at);
}
