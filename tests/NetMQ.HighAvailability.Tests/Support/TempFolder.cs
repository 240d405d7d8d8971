namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>A folder of a test's own, deleted with all its files even if the test fails.</summary>
internal sealed class TempFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("binarystar-").FullName;

    public string File(string name) => Path.Combine(FullName, name);

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
