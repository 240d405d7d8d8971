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
    private Dictionary<string, string> files = []; // the key in each
    private volatile HashSet<string> keys;         // never changed, only replaced
    private string? problem;

    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or a file in it may not be read.</exception>
    /// <exception cref="FormatException">A file in it is no key file.</exception>
    public KeyFolder(string folder, TimeProvider time, ILogger logger)
    {
        this.folder = folder;
        this.logger = logger;
        keys = Read(out var trouble);
        if (trouble is not null) throw trouble;
        timer = time.CreateTimer(_ => Look(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How often the keys have changed.</summary>
    public int Version { get; private set; }

    public bool Contains(ReadOnlySpan<byte> publicKey) => keys.Contains(Convert.ToHexString(publicKey));

    public void Dispose() => timer.Dispose();

    // A file that cannot be read keeps the key that it had: it may be being written. It does not keep any other from being removed.
    private HashSet<string> Read(out Exception? trouble)
    {
        trouble = null;
        var found = new Dictionary<string, string>();
        foreach (var file in Directory.GetFiles(folder, "*.key"))
        {
            try
            {
                found[file] = Convert.ToHexString(CurveKeyFile.Load(file).PublicKey);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                if (!File.Exists(file)) continue; // it was removed just now
                trouble = e;
                if (files.TryGetValue(file, out var former)) found[file] = former;
            }
        }

        files = found;
        return [.. found.Values];
    }

    private void Look()
    {
        try
        {
            var found = Read(out var trouble);
            Report(trouble);
            if (!found.SetEquals(keys))
            {
                keys = found;
                Version++;
                Log.KeysChanged(logger, folder, found.Count);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            Report(e); // the folder itself cannot be read: the keys stay as they were
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

    private void Report(Exception? trouble)
    {
        if (trouble is not null && problem != trouble.Message) Log.KeysUnreadable(logger, folder, trouble.Message);
        problem = trouble?.Message;
    }
}
