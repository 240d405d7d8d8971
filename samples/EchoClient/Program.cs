// A client of the echo pair. It needs nothing but NetMQ: a client of a Binary Star is any client that, when its
// server does not answer, asks the other one.
//
//     dotnet run --project samples/EchoClient -- --count 10

using System.Runtime.InteropServices;
using EchoClient;

return CommandLine.Run(args, settings =>
{
    using var interrupted = new CancellationTokenSource();
    using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
    using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
    using var client = new LazyPirate(settings.Servers, Console.WriteLine);

    var clock = TimeProvider.System;
    var longest = TimeSpan.Zero;
    var answered = 0;
    try
    {
        for (var number = 1; settings.Count is not { } count || number <= count; number++)
        {
            var sent = clock.GetTimestamp();
            client.Ask(number, interrupted.Token);
            var waited = clock.GetElapsedTime(sent);

            answered++;
            if (waited > longest) longest = waited;
            Console.WriteLine($"{number}: answered by {client.Server} after {waited.TotalMilliseconds:0.0} ms");

            if (number != settings.Count) interrupted.Token.WaitHandle.WaitOne(settings.Interval);
            if (interrupted.IsCancellationRequested) break;
        }
    }
    catch (OperationCanceledException)
    {
        // Interrupted with a request unanswered: it was not lost, it was withdrawn.
    }
    finally
    {
        Console.WriteLine($"{answered} requests answered, {client.Failovers} failovers, longest wait {longest.TotalMilliseconds:0.0} ms");
    }

    void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        interrupted.Cancel();
    }
});
