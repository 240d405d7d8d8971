using System.Globalization;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>Something that the adversary has a budget for.</summary>
internal enum ArbitratedChance
{
    Crash,
    Stop,
    Pause,
    Loss,
    HandOver,
    Promotion,
    FalseEvidence,
    SlowRequest,
    Failure,
    LinkFault,
    ArbiterCut,
    Check,
}

/// <summary>What is left of the budgets.</summary>
internal readonly record struct Budget(ulong Word)
{
    private const int Bits = 4;

    public static Budget Of(ArbitratedScenario s) => default(Budget)
        .With(ArbitratedChance.Crash, s.Crashes).With(ArbitratedChance.Stop, s.Stops).With(ArbitratedChance.Pause, s.Pauses)
        .With(ArbitratedChance.Loss, s.Losses).With(ArbitratedChance.HandOver, s.HandOvers).With(ArbitratedChance.Promotion, s.Promotions)
        .With(ArbitratedChance.FalseEvidence, s.FalseEvidence).With(ArbitratedChance.SlowRequest, s.SlowRequests)
        .With(ArbitratedChance.Failure, s.Failures).With(ArbitratedChance.LinkFault, s.LinkFaultCount).With(ArbitratedChance.ArbiterCut, s.ArbiterCuts).With(ArbitratedChance.Check, s.Checks);

    public int Left(ArbitratedChance chance) => (int)(Word >> (Bits * (int)chance)) & 15;

    public Budget Spent(ArbitratedChance chance) => new(Word - (1UL << (Bits * (int)chance)));

    private Budget With(ArbitratedChance chance, int count) =>
        count is < 0 or > 15 ? throw new ArgumentOutOfRangeException(nameof(count), count, $"{chance}: 0 to 15") : new(Word | ((ulong)(uint)count << (Bits * (int)chance)));
}

/// <summary>One node: its process, and what its engine and its mandate remember.</summary>
internal struct ArbitratedNode
{
    public Status Status;

    /// <summary>Ticks missed while paused, or since the end while dead.</summary>
    public int Clock;

    /// <summary>Ticks since its stop was ordered.</summary>
    public int StopAge;

    public PairMemory Pair;

    public MandateMemory Mandate;
}

/// <summary>A message on its way.</summary>
internal readonly record struct Letter(PeerMessage Message, MandateStamp Stamp, int SentAt);

/// <summary>One direction of the state link: the messages on their way, oldest first, and whether the subscription that opens it has reached the publisher.</summary>
internal readonly record struct Line(bool IsSubscribing, int SubscriptionAge, Letter[] Letters)
{
    public static Line Closed { get; } = new(false, 0, []);

    /// <summary>The subscriber is new, or has a new connection: nothing of before reaches it.</summary>
    public static Line Renewed { get; } = new(true, 0, []);
}

/// <summary>A request to the arbiter on its way there, or its answer on the way back.</summary>
/// <param name="From">Whose.</param>
/// <param name="Request">Which.</param>
/// <param name="IsSlow">Nothing is promised about when it is carried out and answered.</param>
/// <param name="Answer">Once it is carried out.</param>
internal readonly record struct Errand(int From, ArbiterRequest Request, bool IsSlow, ArbiterAnswer? Answer);

/// <summary>The whole pair and its arbiter between two ticks. Times are absolute; what is stored of a world is relative (<see cref="ArbitratedKey"/>).</summary>
internal sealed class ArbitratedWorld
{
    /// <summary>A heartbeat of four ticks is the default one, so that the times for the arbiter, some of which are fixed, are the shipped ones too.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(125);

    private static readonly Guid[] Processes = [new(1, 0, 0, new byte[8]), new(2, 0, 0, new byte[8])];
    private static readonly Guid[] FormerProcesses = [new(3, 0, 0, new byte[8]), new(4, 0, 0, new byte[8])];

    public readonly ArbitratedNode[] Nodes = new ArbitratedNode[2];

    /// <summary>By the node at which they end.</summary>
    public readonly Line[] Lines = [Line.Closed, Line.Closed];

    public Errand[] Errands = [];
    public ArbiterClaim? Record;
    public int Writes;
    public int Now = 1000;

    /// <summary>The highest token under which a request was accepted.</summary>
    public long Served;

    public Budget Budget;
    public LinkFaults LinkFault;

    /// <summary>Who cannot reach the arbiter.</summary>
    public Who ArbiterCut;

    public TimeSpan Time => Ticks(Now);

    /// <summary>The record's, as nodes see it.</summary>
    public string? Version => Record is null ? null : Writes.ToString(CultureInfo.InvariantCulture);

    public static TimeSpan Ticks(int n) => n * Tick;

    public static Guid Process(int who) => Processes[who];

    public void CopyFrom(ArbitratedWorld other)
    {
        other.Nodes.CopyTo(Nodes, 0);
        other.Lines.CopyTo(Lines, 0);
        (Errands, Record, Writes, Now, Served) = (other.Errands, other.Record, other.Writes, other.Now, other.Served);
        (Budget, LinkFault, ArbiterCut) = (other.Budget, other.LinkFault, other.ArbiterCut);
    }

    /// <summary>A process ends. What it has sent still arrives, there and at the arbiter.</summary>
    public void End(int who, int clock)
    {
        Nodes[who] = new ArbitratedNode { Status = Status.Dead, Clock = clock };
        Lines[who] = Line.Closed;
        if (Record is { } record && record.Process == Processes[who]) Record = Former(record, who);
        Errands = [.. Errands.Where(errand => errand.From != who || errand is { Answer: null, Request.Claim: not null }).Select(errand => errand.From != who
            ? errand
            : errand with { IsSlow = true, Request = errand.Request with { Id = -1, Claim = Former(errand.Request.Claim!, who) } })];
    }

    /// <summary>The arbiter carries a request out.</summary>
    public ArbiterAnswer CarryOut(in ArbiterRequest request, bool compares)
    {
        if (request.Operation == ArbiterOperation.Read) return new ArbiterAnswer(request.Id, ArbiterOutcome.Done, Version, Record);
        if (compares && request.ExpectedVersion != Version) return ArbiterAnswer.Refused(request.Id);
        Record = request.Claim;
        Writes++;
        return ArbiterAnswer.Written(request.Id, Version!);
    }

    private static ArbiterClaim Former(ArbiterClaim claim, int who) => claim with { Process = claim.Process == Processes[who] ? FormerProcesses[who] : claim.Process };
}
