using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>How far a node's request has come.</summary>
internal enum RequestPhase : byte
{
    None,
    Sent,
    Done, // carried out or refused; the answer is under way
}

/// <summary>One node, as far as its mandate goes.</summary>
internal struct ArbiterNode
{
    public bool IsAlive;

    public MandateMemory Memory;

    /// <summary>The node's clock.</summary>
    public TimeSpan Now;

    public RequestPhase Phase;

    /// <summary>To the request, if it is done.</summary>
    public ArbiterAnswer Answer;

    /// <summary>Writes that were given up and may still be carried out, one bit for each operation: of this process, and of former ones.</summary>
    public int Ghosts;
    public int FormerGhosts;

    /// <summary>The clock is a tick ahead.</summary>
    public bool IsAhead;

    /// <summary>Evidence was found and nothing received since. Kept only to break the rule about it.</summary>
    public bool HasEvidence;
}

/// <summary>A message from one node to the other.</summary>
internal struct Post
{
    public bool IsThere;
    public bool IsActive;
    public MandateStamp Stamp;
}

/// <summary>Two nodes, what is under way between them, and the record.</summary>
internal sealed class ArbiterWorld
{
    public const string Current = "current";
    public const string Changed = "changed";
    public const string Old = "old";

    /// <summary>What a clock shows at the beginning of a step, and the token of the record, if there is one.</summary>
    public static readonly TimeSpan Start = Ticks(100);
    public const int Token = 100;

    private const int Fractions = 10; // of a tick, to tell what comes right after something from what comes with it

    private static readonly Guid[] Processes = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];

    public readonly ArbiterNode[] Nodes = new ArbiterNode[2];

    /// <summary>To a node, twice its number and the place.</summary>
    public readonly Post[] Posts = new Post[4];

    public string? Version;
    public ArbiterClaim? Record;

    /// <summary>The highest token that has served.</summary>
    public long Served;

    public long RecordToken => Record?.Token ?? 0;

    public static TimeSpan Ticks(int count) => TimeSpan.FromTicks(count * Fractions);

    public static int TicksOf(TimeSpan time) => (int)(time.Ticks / Fractions);

    /// <summary>A node's process, and those that it had before, which nothing tells apart.</summary>
    public static Guid Process(int who) => Processes[who];

    public static Guid Former(int who) => Processes[2 + who];

    /// <summary>Which node's process wrote it.</summary>
    public static int HolderOf(ArbiterClaim claim) => Array.IndexOf(Processes, claim.Process) % 2;

    public void CopyFrom(ArbiterWorld other)
    {
        (Nodes[0], Nodes[1]) = (other.Nodes[0], other.Nodes[1]);
        other.Posts.CopyTo(Posts, 0);
        (Version, Record, Served) = (other.Version, other.Record, other.Served);
    }

    /// <summary>The record is replaced: no version is used again, so no request that expects an older one will be carried out.</summary>
    public void Write(ArbiterClaim claim)
    {
        Record = claim;
        Version = Changed;
        foreach (ref var node in Nodes.AsSpan()) node.Ghosts = node.FormerGhosts = 0;
    }

    public bool Serves(int who)
    {
        ref readonly var node = ref Nodes[who];
        return node.IsAlive && node.Memory.Token != 0 && node.Now < node.Memory.Until;
    }

    /// <summary>Judges the world, and remembers what has served.</summary>
    public ArbiterOutcome Judge()
    {
        if (Serves(0) && Serves(1)) return ArbiterOutcome.DualActive;
        for (var i = 0; i < 2; i++)
        {
            if (!Serves(i)) continue;
            if (Nodes[i].Memory.Token < Served) return ArbiterOutcome.OldToken;
            Served = Nodes[i].Memory.Token;
        }

        return ArbiterOutcome.Safe;
    }
}
