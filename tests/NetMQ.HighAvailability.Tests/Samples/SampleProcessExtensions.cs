using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

internal static class SampleProcessExtensions
{
    /// <returns>The exit code, when all that the process printed was read.</returns>
    public static int WaitForExit(this SampleProcess process)
    {
        Wait.For(process.WaitForExitAsync(CancellationToken.None), $"process {process.Id} to end");
        return process.ExitCode;
    }
}
