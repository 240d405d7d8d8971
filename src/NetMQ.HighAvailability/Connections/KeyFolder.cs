using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Connections;

/// <summary>
/// The public keys in a folder, one in each <c>.key</c> file, read again and again on the thread pool: a file that is added or removed
/// counts within seconds. Any thread.
/// </summary>
internal sealed class KeyFolder : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string folder;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private volatile HashSet<string> keys; // never changed, only replaced
    private string? problem;

    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or a file in it may not be read.</exception>
    /// <exception cref="FormatException">A file in it is no key file.</exception>
    public KeyFolder(string folder, TimeProvider time, ILogger logger)
    {
        this.folder = folder;
        this.logger = logger;
        keys = Read();
        timer = time.CreateTimer(_ => Look(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How often the keys have changed.</summary>
    public int Version { get; private set; }

    public bool Contains(ReadOnlySpan<byte> publicKey) => keys.Contains(Convert.ToHexString(publicKey));

    public void Dispose() => timer.Dispose();

    private HashSet<string> Read() =>
        [.. Directory.GetFiles(folder, "*.key").Select(file => Convert.ToHexString(CurveKeyFile.Load(file).PublicKey))];

    private void Look()
    {
        try
        {
            var found = Read();
            problem = null;
            if (!found.SetEquals(keys))
            {
                keys = found;
                Version++;
                Log.KeysChanged(logger, folder, found.Count);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // The keys stay as they were; a file that is being written is whole the next time.
            if (problem != e.Message) Log.KeysUnreadable(logger, folder, e.Message);
            problem = e.Message;
        }

        try
        {
            timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The node has ended.
        }
    }
}
