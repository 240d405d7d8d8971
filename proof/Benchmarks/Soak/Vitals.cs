using System.Globalization;

namespace Benchmarks.Soak;

/// <summary>What one process holds of the machine.</summary>
/// <param name="ResidentMiB">The memory that it has of the machine's.</param>
/// <param name="Descriptors">Open files and sockets.</param>
/// <param name="Threads">All, the runtime's own too.</param>
internal sealed record Vitals(double ResidentMiB, int Descriptors, int Threads)
{
    /// <returns>Null where there is no such process, or not any more.</returns>
    public static Vitals? Read(int process)
    {
        try
        {
            var status = File.ReadAllLines($"/proc/{process}/status");
            var descriptors = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count();

            // One that has ended, and that nobody has asked for its exit code yet, has no memory any more.
            return Field(status, "VmRSS:") is { } kibibytes && Field(status, "Threads:") is { } threads
                ? new Vitals(kibibytes / 1024.0, descriptors, (int)threads)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }

    private static long? Field(string[] status, string name) =>
        Array.Find(status, line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? long.Parse(line[name.Length..].Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture)
            : null;
}
