using System.ComponentModel;
using System.Diagnostics;

namespace Benchmarks.Throughput;

/// <summary>The programs in C, compiled where that is possible.</summary>
internal static class NativeServers
{
    /// <summary>Compiles one.</summary>
    /// <param name="name">Its name, without .c.</param>
    /// <param name="folder">Where it goes.</param>
    /// <param name="problem">Why it cannot be had; empty if it can.</param>
    /// <returns>The program; null if it cannot be had.</returns>
    public static string? TryCompile(string name, string folder, out string problem)
    {
        var program = Path.Combine(folder, name);
        var start = new ProcessStartInfo("gcc", ["-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "native", name + ".c"), "-lzmq"])
        {
            RedirectStandardError = true,
        };
        try
        {
            using var gcc = Process.Start(start)!;
            var errors = gcc.StandardError.ReadToEnd();
            gcc.WaitForExit();
            problem = errors.Contains("zmq.h", StringComparison.Ordinal) ? "zmq.h is not installed (libzmq3-dev)" : errors.ReplaceLineEndings(" ");
            return gcc.ExitCode == 0 ? program : null;
        }
        catch (Win32Exception)
        {
            problem = "gcc is not installed";
            return null;
        }
    }
}
