using Benchmarks.Common;

namespace Benchmarks.Throughput;

/// <summary>One of the echo servers, in a process of its own.</summary>
internal sealed class Competitor(string name, string voter, ServerProcess server, bool managed, ServerProcess? peer = null) : IDisposable
{
    public string Name => name;

    public ServerProcess Server => server;

    /// <summary>The passive node beside ours.</summary>
    public ServerProcess? Peer => peer;

    public string Endpoint => voter;

    public LoadGenerator Client { get; } = new(voter);

    /// <summary>Bytes that the server has allocated so far; 0 for one in C.</summary>
    public long Allocated => managed ? server.Ask()[0] : 0;

    public bool IsManaged => managed;

    /// <summary>From the start of its process to its first answer.</summary>
    public TimeSpan FirstAnswer { get; set; }

    public void Dispose()
    {
        Client.Dispose();
        Children.Dispose(server);
        Children.Dispose(peer);
    }
}
