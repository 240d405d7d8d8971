using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>A change of state as the application is told of it.</summary>
/// <param name="Transition">From, to and reason.</param>
/// <param name="Term">The number of terms, of either node, that this node has seen.</param>
/// <param name="DualActiveFor">For the loser of two actives: how long both may have served.</param>
internal readonly record struct NodeChange(Transition Transition, long Term, TimeSpan? DualActiveFor);
