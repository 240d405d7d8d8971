// One half of an echo server that survives the death of either half. Start both, in any order:
//
//     dotnet run --project samples/EchoServer -- --primary
//     dotnet run --project samples/EchoServer -- --backup

using System.Diagnostics;
using EchoServer;
using Microsoft.Extensions.Logging;
using NetMQ;
using NetMQ.HighAvailability;

return CommandLine.Run(args, Serve);

static void Serve(Settings settings)
{
    using var logging = settings.CreateLogging();
    using var star = new BinaryStar(settings.Options, logging.CreateLogger<BinaryStar>());

    // The handler runs once for each request that this node may serve, on the thread of star.Run; the frames it
    // reads are the request's, the frames it sends go back to whoever asked. Each is read where it was received, so that
    // the echo, unless it signs, allocates nothing.
    var served = 0L;
    star.RegisterVoter(settings.Voter, ZmqSocketType.Router, client =>
    {
        var at = Stopwatch.GetTimestamp();
        while (client.TryReceive(out var frame)) client.TrySend(frame, more: client.HasMore || settings.Sign);

        if (settings.Sign)
            client.SendFrame($"{settings.Options.Role} {Environment.ProcessId} {star.Term?.Number} {++served} {at}".ToLowerInvariant());
    });

    using var signals = new Operator(star);
    star.StateChanged += (_, change) => settings.Print(change.NewState);

    // The loop's first act: whoever reads this line can rely on the server to answer a signal with a polite stop.
    new Task(() => settings.Print(star.State)).Start(star.Poller);
    star.Run();
}
