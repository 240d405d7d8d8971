using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

internal enum What : byte
{
    Turn,         // a node's timer
    Arrival,      // a message reaches a subscriber
    Dial,         // a subscriber tries to connect
    Subscription, // a subscription reaches a publisher
    Evidence,     // a node learns that its peer's process has ended
    Ask,          // a client's request reaches a node
    Reply,        // an answer reaches a client
    Impatience,   // a client has waited long enough, or has rested long enough
    Other,        // whatever the script or the plan of faults specifies
}

/// <summary>Something that is going to happen.</summary>
/// <param name="What">Its kind.</param>
/// <param name="Who">The node it happens to, by index.</param>
/// <param name="Epoch">The life, or the connection, that it belongs to: one that has gone since voids it.</param>
/// <param name="Number">The message, or the client.</param>
/// <param name="Do">What is to be done, for <see cref="What.Other"/>.</param>
/// <param name="Stamp">What a node with an arbiter adds to its message.</param>
internal readonly record struct Happening(What What, int Who = 0, int Epoch = 0, int Number = 0, Action? Do = null, MandateStamp Stamp = default);
