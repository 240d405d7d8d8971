using System.ComponentModel;
using System.Diagnostics;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>A command of the system, such as <c>ip</c>, run to its end.</summary>
internal static class Tool
{
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <exception cref="IOException">It is missing, or failed.</exception>
    public static void Run(string input, params string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException($"{string.Join(' ', command)}: {errors.ReplaceLineEndings(" ").Trim()}");
    }

    /// <exception cref="IOException">It is missing.</exception>
    public static Process Start(params string[] command)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception missing)
        {
            throw new IOException(missing.Message, missing);
        }
    }
}
