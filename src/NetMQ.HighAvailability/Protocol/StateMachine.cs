using static NetMQ.HighAvailability.BinaryStarState;
using static NetMQ.HighAvailability.Protocol.PairInput;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>What can happen to a node. Whether a peer is gone, or a lease has run out, has been decided before.</summary>
internal enum PairInput : byte
{
    PeerPrimary = 1, // the first four are the peer's messages
    PeerBackup = 2,
    PeerActive = 3,
    PeerPassive = 4,
    VotePeerGone,    // a request, and the peer has expired or crashed
    VotePeerThere,   // a request, and the peer may be alive
    Promote,         // an operator's, and the peer has expired
    GiveUp,          // a hand-over, or a lease that has run out
    Reclaim,         // this node lost active while it was alone, and its peer is still gone, or waits
    DualActiveLost,  // two actives met and the policy decided against this node
}

/// <summary>The state machine's verdict on an input, in addition to the next state.</summary>
internal enum Verdict : byte
{
    None,
    Accept,        // serve this request
    Reject,        // receive this request and drop it
    OwnRole,       // the peer has this node's role: misconfigured
    DualActive,    // the peer is active as well: the policy decides
}

/// <summary>The outcome of one input.</summary>
internal readonly record struct Step(BinaryStarState Next, Verdict Verdict = Verdict.None);

/// <summary>
/// The Binary Star state machine of the ZeroMQ guide (listing "bstar", <c>s_execute_fsm</c>), with a fifth state,
/// Yielding, and two fatal cases of the original fixed: dual passives resolve, dual actives are left to a policy.
/// Pure: same input, same step.
/// </summary>
internal static class StateMachine
{
    public static Step Next(BinaryStarRole role, BinaryStarState state, PairInput input) => (state, input) switch
    {
        (_, PeerPrimary) when role == BinaryStarRole.Primary => new(state, Verdict.OwnRole),
        (_, PeerBackup) when role == BinaryStarRole.Backup => new(state, Verdict.OwnRole),

        // A primary that waits for its peer: serves when it meets a waiting backup, or alone when there is none.
        (Primary, PeerBackup) => new(Active),
        (Primary, PeerActive) => new(Passive),
        (Primary, VotePeerGone) => new(Active, Verdict.Accept),

        // A backup that waits for its peer: never serves on its own, unless an operator promotes it.
        (Backup, PeerActive) => new(Passive),
        (Backup, Promote) => new(Active),

        (Active, PeerActive) => new(Active, Verdict.DualActive),
        (Active, VotePeerGone or VotePeerThere) => new(Active, Verdict.Accept),
        (Active, GiveUp) => new(Yielding),
        (Active, DualActiveLost) => new(Passive),

        // A standby: becomes active on a waiting peer's offer, or on a request when its peer is silent.
        (Passive, PeerPrimary or PeerBackup) => new(Active),
        (Passive, PeerPassive) when role == BinaryStarRole.Primary => new(Active),
        (Passive, VotePeerGone) => new(Active, Verdict.Accept),

        // A node that has given up: becomes passive as soon as the peer is active; otherwise it may serve again.
        (Yielding, PeerBackup) => new(Active),
        (Yielding, PeerActive) => new(Passive),
        (Yielding, VotePeerGone) => new(Active, Verdict.Accept),
        (Yielding, Reclaim) => new(Active),

        (_, VotePeerGone or VotePeerThere) => new(state, Verdict.Reject),
        _ => new(state),
    };
}
