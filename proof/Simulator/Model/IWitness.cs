using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>Sees what the nodes do, the moment they do it.</summary>
internal interface IWitness
{
    void Changed(SimNode node, Transition transition);

    void Accepted(SimNode node);

    /// <summary>What became of a request at a node that answers asynchronously.</summary>
    void Told(SimNode node, SimRequest request, Fate fate)
    {
    }

    void Started(SimNode node);

    /// <summary>A node that stood still goes on; its first turn is done.</summary>
    void Woke(SimNode node);

    /// <summary>The process has ended; <paramref name="fatal"/>: by itself, because of what it received.</summary>
    void Ended(SimNode node, ReceiveResult? fatal);

    void Lost(SimNode receiver);

    /// <summary>For a transcript, if one is wanted.</summary>
    void Record(SimNode node, string text);

    bool WantsTranscript { get; }
}
