using System.Runtime.InteropServices;
using NetMQ.HighAvailability;

namespace EchoServer;

/// <summary>
/// An operator's orders, as signals: SIGUSR1 hands the pair over, SIGUSR2 promotes a lone backup. What came of it goes
/// to standard error.
/// </summary>
internal sealed class Operator : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    public Operator(BinaryStar star)
    {
        if (OperatingSystem.IsWindows()) return; // it has no such signals

        var (handOver, promote) = OperatingSystem.IsMacOS() ? (30, 31) : (10, 12);
        On(handOver, "hand-over", () => star.HandOverAsync());
        On(promote, "promotion", () => star.PromoteAsync());
    }

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void On<T>(int signal, string what, Func<Task<T>> order) =>
        registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
        {
            context.Cancel = true; // the default is to end the process
            _ = TellAsync(what, order());
        }));

    private static async Task TellAsync<T>(string what, Task<T> outcome) =>
        await Console.Error.WriteLineAsync($"{what}: {await outcome}");
}
