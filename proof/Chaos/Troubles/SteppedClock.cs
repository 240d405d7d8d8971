using System.IO.MemoryMappedFiles;
using NetMQ.HighAvailability.Chaos.Networks;

namespace NetMQ.HighAvailability.Chaos.Troubles;

/// <summary>
/// A wall clock that steps on order, for processes that are started under it. <c>libfaketime</c> does it too, but has all
/// that waits go through it as well, which alone makes a server stand still at times.
/// </summary>
internal sealed class SteppedClock : IDisposable
{
    private const string Shim = "clock.so";

    private readonly string file = Path.GetTempFileName();
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor seconds;

    public SteppedClock()
    {
        map = MemoryMappedFile.CreateFromFile(file, FileMode.Create, null, sizeof(long));
        seconds = map.CreateViewAccessor();
        Step(0);
    }

    /// <summary>What makes a command one whose clock this is.</summary>
    public string[] Under => ["env", $"LD_PRELOAD={Compiled}", $"CLOCK_STEP_FILE={file}"];

    private static string Compiled => Path.Combine(AppContext.BaseDirectory, Shim);

    /// <exception cref="IOException">There is no compiler, or it failed.</exception>
    public static void Compile()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Troubles", "clock.c");
        // Under another name at first: several programs may do so at once.
        var made = Path.Combine(AppContext.BaseDirectory, $"{Shim}.{Environment.ProcessId}");
        Tool.Run("", "gcc", "-shared", "-fPIC", "-O2", "-o", made, source, "-ldl");
        File.Move(made, Compiled, overwrite: true);
    }

    public void Step(int hours) => seconds.Write(0, hours * 3600L);

    public void Dispose()
    {
        seconds.Dispose();
        map.Dispose();
        File.Delete(file);
    }
}
