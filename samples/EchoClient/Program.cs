// A client of the echo pair: it knows both servers, and a failover is a short delay.
//
//     dotnet run --project samples/EchoClient -- --count 10
//     dotnet run --project samples/EchoClient -- --interval 1 --plot latency.png
//     dotnet run --project samples/EchoClient -- --send "buy 5 apples" --count 1             # an order to samples/HostedServer

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EchoClient;
using NetMQ.HighAvailability;

return CommandLine.Run(args, async settings =>
{
    using var interrupted = new CancellationTokenSource();
    using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
    using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

    await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = settings.Servers, ServerCertificate = settings.ServerKey, Certificate = settings.OwnKey });
    var latencies = new Latencies(settings.Servers);
    var progress = new Progress(settings, latencies);
    client.ServerChanged += (_, change) => Progress.Tell(latencies.Note(change));
    try
    {
        for (var number = 1; settings.Count is not { } count || number <= count; number++)
        {
            var request = Encoding.UTF8.GetBytes(settings.Text ?? number.ToString(CultureInfo.InvariantCulture));
            var asked = latencies.Now;
            var reply = await client.RequestAsync(request, interrupted.Token);
            if (settings.Text is null && !reply.AsSpan().SequenceEqual(request))
                throw new InvalidOperationException($"{client.CurrentServer} answered '{Printable.Of(reply)}' to '{number}': it is not an echo server; use --send");

            var waited = latencies.Add(asked);
            progress.Answered(number, client.CurrentServer!, waited, settings.Text is null ? null : Printable.Of(reply));
            if (number != settings.Count && settings.Interval > TimeSpan.Zero) await Task.Delay(settings.Interval, interrupted.Token);
            if (interrupted.IsCancellationRequested) break;
        }
    }
    catch (OperationCanceledException)
    {
        // Interrupted with a request unanswered: it was not lost, it was withdrawn.
    }
    finally
    {
        Progress.Tell(latencies.Summary);
        if (settings.Plot is { } file) Progress.Tell(Plot.Draw(latencies, file));
    }

    void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        interrupted.Cancel();
    }
});
