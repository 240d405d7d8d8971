
namespace NetMQ.HighAvailability;

/// <summary>Timing for a kind of network; both nodes of a pair use the same.</summary>
public enum BinaryStarPreset
{
    /// <summary>
    /// One data centre, the default: heartbeat 500 ms, failover 2 s. The guide's failover time, with four heartbeats
    /// in it rather than two, so that five messages of an active node, which publishes twice in each, may be lost.
    /// </summary>
    Lan = 0,

    /// <summary>
    /// One machine or rack with cores to spare: heartbeat 100 ms, failover 400 ms. As many heartbeats as
    /// <see cref="Lan"/>; shorter ones cause needless failovers when the machine is busy.
    /// </summary>
    Local,

    /// <summary>
    /// Between data centres: heartbeat 1 s, failover 6 s. Six heartbeats, so that nine messages of an active node may
    /// be lost, and a quarter second for a message on its way.
    /// </summary>
    Wan,

    /// <summary>
    /// Beside one of the ZeroMQ guide's own nodes, during a rolling upgrade above all: its reactors in C and Python, and its C++
    /// proof of concept (bstarsrv); not its Java and C++ reactors, whose messages mean something else. Timing: heartbeat 500 ms,
    /// failover 3 s. That is three heartbeats of a peer that publishes its state only once a second, and considers this node
    /// dead after 2 s of silence.
    /// </summary>
    ZeroMqGuide,
}
