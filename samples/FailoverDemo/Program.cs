// The point of a Binary Star, in one command: a pair of servers whose handlers await something, a client that never
// rests, and one fault after the other done to whichever server is active, with a request in progress.
//
//     dotnet run --project samples/FailoverDemo

using System.Runtime.InteropServices;
using FailoverDemo;
using Processes;

if (args.Length > 0)
{
    Console.Error.WriteLine("usage: dotnet run --project samples/FailoverDemo, without options");
    return 2;
}

if (!Signals.AreSupported)
{
    Console.Error.WriteLine("error: the demo stops and freezes processes with signals, which needs Linux or macOS");
    return 1;
}

using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);

using var pair = new Pair();
AppDomain.CurrentDomain.UnhandledException += (_, _) => pair.Dispose();
var timeline = new Timeline(pair);
await using var traffic = new Traffic(pair);
var acts = new Acts(pair, traffic, timeline, interrupted.Token);

foreach (var server in pair.Servers) server.Said += said => timeline.Say($"the {said.Name} is {said.State}");
traffic.ServerChanged += (voter, waited) =>
    timeline.Say($"the client is served by the {pair.Servers.First(server => server.Voter == voter).Name}, whose first answer took {waited.TotalMilliseconds:0} ms");

var play = new[] { acts.Kill, acts.Stop, acts.KillWhileWatched, acts.SwitchOver, acts.Freeze };
var outcomes = new List<Outcome>();
try
{
    Timeline.PrintHead();
    timeline.Say($"a pair starts: heartbeat {Pair.Heartbeat.TotalMilliseconds} ms, failover timeout {Pair.FailoverTimeout.TotalMilliseconds} ms, {Pair.Work} ms for a request");
    foreach (var server in pair.Servers) server.Start();
    traffic.Start();
    await acts.Rest();

    foreach (var act in play)
    {
        var outcome = await act();
        outcomes.Add(outcome);
        if (outcome.Trouble is not null) break; // the pair is not whole: what came next would mean nothing
    }
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    timeline.Say("interrupted: the servers are killed");
    return 1;
}
catch (TimeoutException e)
{
    timeline.Say(e.Message);
}

Console.WriteLine();
Outcome.PrintTable(outcomes);
Console.WriteLine();

if (outcomes.Count == play.Length && outcomes.TrueForAll(outcome => outcome.Survived))
{
    Console.WriteLine("Every fault was survived.");
    return 0;
}

foreach (var server in pair.Servers)
{
    foreach (var line in server.Errors) Console.WriteLine($"{server.Name}: {line}");
}

Console.WriteLine("Not every fault was survived.");
return 1;

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
