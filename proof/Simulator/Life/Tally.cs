using NetMQ.HighAvailability.Simulator.Faults;

namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>What was counted. Two runs of one seed have equal ones.</summary>
internal sealed class Tally
{
    public long[] Faults { get; } = new long[Enum.GetValues<FaultKind>().Length];

    public long Incidents { get; set; }

    public long IncidentsOutside { get; set; }

    public long Asked { get; set; }

    public long Answered { get; set; }

    public long Retried { get; set; }

    public long Accepted { get; set; }

    /// <summary>Of servers that answer asynchronously: replies that left, and requests accepted whose reply did not, or that never began.</summary>
    public long Replied { get; set; }

    public long Unanswered { get; set; }

    /// <summary>How often all places were taken.</summary>
    public long Full { get; set; }

    /// <summary>Planned changes with nothing in progress, and those that did not wait any longer.</summary>
    public long Drained { get; set; }

    public long NotDrained { get; set; }

    /// <summary>Requests begun while the other node still had some in progress: after a change that was not planned, or had waited long enough.</summary>
    public long BothAtWork { get; set; }

    /// <summary>Of the library's client: requests answered, and those that failed.</summary>
    public long FollowerAnswered { get; set; }

    public long FollowerUnknown { get; set; }

    public long FollowerTimedOut { get; set; }

    public long FollowerChanges { get; set; }

    /// <summary>The longest that one of its callers waited for an answer.</summary>
    public TimeSpan FollowerWait { get; set; }

    /// <summary>A node took over from one that was silent or dead, on a request.</summary>
    public long Failovers { get; set; }

    /// <summary>The same from one that was active, awake and alive all the time.</summary>
    public long FalseFailovers { get; set; }

    public long FalseFailoversOutside { get; set; }

    /// <summary>The pair changed hands because it was given.</summary>
    public long HandedOver { get; set; }

    public long LeasesLost { get; set; }

    /// <summary>Requests accepted by one node while the other would have accepted one too; and changes into that.</summary>
    public long Dual { get; set; }

    public SortedDictionary<string, long> DualOutside { get; } = new(StringComparer.Ordinal);

    public TimeSpan Simulated { get; set; }

    public TimeSpan Quiet { get; set; }

    /// <summary>The longest time in which clients asked and none was answered.</summary>
    public TimeSpan Outage { get; set; }

    /// <summary>The longest time from the end of the last fault until one node serves and the other stands by.</summary>
    public TimeSpan Recovery { get; set; }

    public List<string> Violations { get; } = [];

    /// <summary>Every change of state and every accepted request, with its time.</summary>
    public ulong Digest { get; private set; } = 14695981039346656037;

    public void Note(long what)
    {
        Digest = (Digest ^ (ulong)what) * 1099511628211;
    }

    public void Add(Tally other)
    {
        for (var i = 0; i < Faults.Length; i++) Faults[i] += other.Faults[i];
        Incidents += other.Incidents;
        IncidentsOutside += other.IncidentsOutside;
        Asked += other.Asked;
        Answered += other.Answered;
        Retried += other.Retried;
        Accepted += other.Accepted;
        Replied += other.Replied;
        Unanswered += other.Unanswered;
        Full += other.Full;
        Drained += other.Drained;
        NotDrained += other.NotDrained;
        BothAtWork += other.BothAtWork;
        FollowerAnswered += other.FollowerAnswered;
        FollowerUnknown += other.FollowerUnknown;
        FollowerTimedOut += other.FollowerTimedOut;
        FollowerChanges += other.FollowerChanges;
        if (other.FollowerWait > FollowerWait) FollowerWait = other.FollowerWait;
        Failovers += other.Failovers;
        FalseFailovers += other.FalseFailovers;
        FalseFailoversOutside += other.FalseFailoversOutside;
        HandedOver += other.HandedOver;
        LeasesLost += other.LeasesLost;
        Dual += other.Dual;
        foreach (var (why, count) in other.DualOutside) DualOutside[why] = DualOutside.GetValueOrDefault(why) + count;
        Simulated += other.Simulated;
        Quiet += other.Quiet;
        if (other.Outage > Outage) Outage = other.Outage;
        if (other.Recovery > Recovery) Recovery = other.Recovery;
        Violations.AddRange(other.Violations);
        Note((long)other.Digest);
    }
}
