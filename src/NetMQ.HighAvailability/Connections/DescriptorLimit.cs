using System.Globalization;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Connections;

/// <summary>How many files and sockets the process may have open. The kernel numbers a new one by the least number that is free.</summary>
internal static class DescriptorLimit
{
    private const string Limits = "/proc/self/limits";

    private static readonly long Most = Read();

    /// <summary>Whether a connection that was just accepted leaves fewer than are reserved for others.</summary>
    public static bool IsNear(Socket accepted, int reserved) => accepted.Handle >= Most - reserved;

    // Elsewhere than under Linux there is no such file; a limit of connections must do.
    private static long Read()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Limits)) return long.MaxValue;
        var line = File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
        return long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
    }
}
