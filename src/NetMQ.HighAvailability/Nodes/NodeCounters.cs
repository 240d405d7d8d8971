using NetMQ.HighAvailability.Nodes.Requests;
using NetMQ.HighAvailability.Nodes.Voting;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>What a node has counted since its start.</summary>
internal struct NodeCounters
{
    public long VotesAccepted;
    public long VotesRejected;
    public long StatesPublished;
    public long StatesReceived;
    public long GarbageReceived;
    public long OwnRoleReceived;
    public long Interruptions;
    public long Redials;
    public RequestFaultCounts Faults;
    public RequestCounts Requests;
}
