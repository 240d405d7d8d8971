using NetMQ.HighAvailability.Chaos.Networks;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>What the machine allows, and why it does not allow the rest.</summary>
internal sealed record Facilities(bool Namespaces, string? FakeTime, IReadOnlyDictionary<Mischief, string> LeftOut)
{
    private const string FullDevice = "/dev/full";

    public IEnumerable<Mischief> Possible => Mischiefs.All.Where(mischief => !LeftOut.ContainsKey(mischief));

    /// <param name="loopback">Leave the network alone, whatever is allowed.</param>
    public static Facilities Find(bool loopback = false)
    {
        var leftOut = new Dictionary<Mischief, string>();
        var noNamespaces = loopback ? "the loopback interface was asked for" : WhyNoNamespaces();
        if (noNamespaces is not null)
        {
            foreach (var mischief in Mischiefs.OfTheLink) leftOut.Add(mischief, noNamespaces);
        }

        var fakeTime = FindFakeTime();
        if (fakeTime is null) leftOut.Add(Mischief.ClockStepped, "libfaketime is not installed");
        if (!File.Exists(FullDevice)) leftOut.Add(Mischief.FullDisk, $"there is no {FullDevice}");
        return new Facilities(noNamespaces is null, fakeTime, leftOut);
    }

    public Network CreateNetwork() => Namespaces ? Network.Isolated() : Network.Loopback();

    private static string? WhyNoNamespaces()
    {
        try
        {
            Network.Isolated().Dispose();
            return null;
        }
        catch (IOException refused)
        {
            return refused.Message;
        }
    }

    // Debian has it in a folder of the architecture's.
    private static string? FindFakeTime() =>
        Directory.Exists("/usr/lib")
            ? new DirectoryInfo("/usr/lib").GetDirectories()
                .Prepend(new DirectoryInfo("/usr/lib"))
                .Select(folder => Path.Combine(folder.FullName, "faketime", "libfaketimeMT.so.1"))
                .FirstOrDefault(File.Exists)
            : null;
}
