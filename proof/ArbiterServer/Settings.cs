using NetMQ.HighAvailability;

namespace ArbiterServer;

/// <summary>What the command line asks for.</summary>
/// <param name="Voter">Where clients connect.</param>
/// <param name="Options">Of the node, but for its arbiter.</param>
/// <param name="Arbiter">Which arbiter: <c>none</c>, <c>postgres=…</c> or <c>etcd=…</c>.</param>
internal sealed record Settings(string Voter, BinaryStarOptions Options, string Arbiter);
