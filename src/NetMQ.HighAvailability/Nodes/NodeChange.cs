using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>A change of state as reported to the application.</summary>
/// <param name="Transition">From, to and cause.</param>
/// <param name="Term">The number of terms, of either node, that this node has seen.</param>
/// <param name="FencingToken">If this node became active, with an arbiter: the token of the term.</param>
/// <param name="DualActiveFor">If this node stepped down because both were active: how long both may have served.</param>
internal readonly record struct NodeChange(Transition Transition, long Term, long? FencingToken, TimeSpan? DualActiveFor);
