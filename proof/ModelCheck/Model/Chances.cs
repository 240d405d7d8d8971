namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>Something that the adversary has a budget for.</summary>
internal enum Chance
{
    Crash,
    Stop,
    Pause,
    Loss,
    HandOver,
    Promotion,
    FalseEvidence,
    Garbage,
    LinkFault,
}

/// <summary>What is left of the budgets, and the link fault under way. One word.</summary>
internal record struct Chances(ulong Word)
{
    private const int Bits = 3;
    private const int FaultAt = 27;
    private const int FaultAgeAt = 35;
    private const int CalmAt = 42;

    public static Chances Of(Scenario s) => default(Chances)
        .With(Chance.Crash, s.Crashes).With(Chance.Stop, s.Stops).With(Chance.Pause, s.Pauses)
        .With(Chance.Loss, s.Losses).With(Chance.HandOver, s.HandOvers).With(Chance.Promotion, s.Promotions)
        .With(Chance.FalseEvidence, s.FalseEvidence).With(Chance.Garbage, s.Garbage)
        .With(Chance.LinkFault, s.LinkFaultCount);

    public readonly int Left(Chance of) => (int)(Word >> ((int)of * Bits)) & 7;

    public readonly Chances Spent(Chance of) => new(Word - (1UL << ((int)of * Bits)));

    private readonly Chances With(Chance of, int count) =>
        count is >= 0 and <= 7
            ? new(Word | ((ulong)count << ((int)of * Bits)))
            : throw new ArgumentOutOfRangeException(nameof(count), count, "A budget is from 0 to 7.");

    public readonly LinkFaults Fault => (LinkFaults)((Word >> FaultAt) & 255);

    public readonly int FaultAge => (int)(Word >> FaultAgeAt) & 127;

    public readonly Chances WithFault(LinkFaults fault, int age) =>
        new((Word & ~((255UL << FaultAt) | (127UL << FaultAgeAt))) | ((ulong)fault << FaultAt) | ((ulong)age << FaultAgeAt));

    /// <summary>The faults are over: no budget but garbage is left, and votes come at every turn.</summary>
    public readonly bool Calm => (Word >> CalmAt & 1) != 0;

    public readonly Chances Calmed(bool keepsFault) =>
        new((Word & (7UL << ((int)Chance.Garbage * Bits))) | (keepsFault ? Word & (255UL << FaultAt) : 0) | (1UL << CalmAt));

    private readonly bool Has(LinkFaults any) => (Fault & any) != 0;

    public readonly bool CutTo(int who) =>
        Has((who == 0 ? LinkFaults.CutToPrimary : LinkFaults.CutToBackup) | LinkFaults.CutBoth);

    public readonly bool StalledTo(int who) =>
        Has((who == 0 ? LinkFaults.StallToPrimary : LinkFaults.StallToBackup) | LinkFaults.StallBoth);

}
