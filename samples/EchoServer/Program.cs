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
    // Before NetMQ does anything.
    if (settings.FastSends && !FastSends.TryEnable())
        Console.Error.WriteLine("warning: NetMQ cannot be made to send faster here");

    using var logging = settings.CreateLogging();
    using var star = new BinaryStar(settings.Options, logging.CreateLogger<BinaryStar>());

    // The handler runs once for each request that this node may serve, on the thread of star.Run; the frames it
    // reads are the request's, the frames it sends go back to whoever asked. One Msg for all of them: it is empty
    // again once it is sent, so that the echo, unless it signs, allocates nothing of its own.
    var frame = new Msg();
    frame.InitEmpty();
    var served = 0L;
    star.RegisterVoter(settings.Voter, ZmqSocketType.Router, client =>
    {
        var at = Stopwatch.GetTimestamp();
        bool more;
        do
        {
            client.TryReceive(ref frame, TimeSpan.Zero);
            more = frame.HasMore;
            client.TrySend(ref frame, TimeSpan.Zero, more || settings.Sign);
        }
        while (more);

        if (settings.Sign)
            client.SendFrame($"{settings.Options.Role} {Environment.ProcessId} {star.Term?.Number} {++served} {at}".ToLowerInvariant());
    });

    using var signals = new Operator(star);
    star.StateChanged += (_, change) => settings.Print(change.NewState);

    // The loop's first act: whoever reads this line can rely on the server to answer a signal with a polite stop.
    new Task(() => settings.Print(star.State)).Start(star.Poller);
    star.Run();
}
