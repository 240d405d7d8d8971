namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>A store under the facts of <see cref="ArbiterContract"/>: arbiters upon it, and what can happen to it. Tests leave it running.</summary>
public interface IArbiterStore
{
    /// <summary>An arbiter with connections of its own, as another process has. The store disposes of what it needs.</summary>
    IArbiter Connect();

    /// <summary>How often two writers race.</summary>
    int Races => 500;

    /// <summary>What somebody can do by hand to a record that is there: a name for each.</summary>
    IReadOnlyList<string> Damages { get; }

    /// <summary>Does it.</summary>
    Task SpoilAsync(string pair, string damage);

    /// <summary>Deletes a record that is there.</summary>
    Task DeleteAsync(string pair);

    /// <summary>Stops all of the store's processes in their tracks: connections stay open, nothing answers.</summary>
    void Freeze();

    /// <summary>Lets it go on.</summary>
    void Wake();

    /// <summary>Ends it as a loss of power does to its processes.</summary>
    void Kill();

    /// <summary>Starts it again, and returns when it answers.</summary>
    Task StartAsync();
}
