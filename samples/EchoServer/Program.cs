// One half of an echo server that survives the death of either half. Start both, in any order:
//
//     dotnet run --project samples/EchoServer -- --primary
//     dotnet run --project samples/EchoServer -- --backup

using EchoServer;
using Microsoft.Extensions.Logging;
using NetMQ;
using NetMQ.HighAvailability;

return CommandLine.Run(args, Serve);

static void Serve(Settings settings)
{
    using var logging = settings.CreateLogging();
    using var journal = settings.Journal is { } file ? new Journal(file) : null;
    using var star = new BinaryStar(settings.Options, logging.CreateLogger<BinaryStar>());
    var handlers = new Handlers(settings, star, journal);
    if (settings.Wait is null) star.RegisterVoter(settings.Voter, ZmqSocketType.Router, handlers.Echo);
    else star.RegisterVoter(settings.Voter, handlers.EchoAsync, settings.Requests);

    using var signals = new Operator(star);
    star.StateChanged += (_, change) => settings.Print(change.NewState);

    // The loop's first act: whoever reads this line can rely on the server to answer a signal with a polite stop.
    new Task(() => settings.Print(star.State)).Start(star.Poller);
    star.Run();
}
