using System.Text;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>Planned changes of real processes with asynchronous handlers; docs/benchmarks.md has the long run.</summary>
public sealed class EchoServerDrainTests : IDisposable
{
    private const int Changes = 3; // of each kind
    private const int Callers = 8;

    private static readonly BinaryStarRole[] Roles = [BinaryStarRole.Primary, BinaryStarRole.Backup];

    // So that a busy machine does not make the pair change hands by itself, nor ends the wait for a request.
    private static readonly string[] Patience = ["--heartbeat", "500", "--failover-timeout", "20000", "--drain-timeout", "20000"];

    private readonly TempFolder folder = new();

    [Fact]
    public async Task Two_servers_are_never_at_work_at_once_at_a_planned_change_and_each_request_is_executed_and_answered_once()
    {
        var ports = PairPorts.New();
        List<EchoServerProcess> servers = [.. Roles.Select(Start)];
        string[] voters = [.. servers.Select(server => server.Voter)];
        try
        {
            await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = voters, ServerTimeout = TimeSpan.FromSeconds(20) });
            using var stop = new CancellationTokenSource();
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => AskOnAndOn(client, caller, stop.Token))).ToArray();
            for (var i = 0; i < Changes; i++)
            {
                var (active, passive) = WhenWhole();
                HandOver(servers[active], servers[passive]);
                WaitForAnswers(client, servers[passive]);

                (active, passive) = WhenWhole();
                servers[active].Process.Terminate();
                servers[active].WaitForExit().Should().Be(0, servers[active].ToString());
                servers[passive].WaitFor("active");
                WaitForAnswers(client, servers[passive]);
                servers[active].Dispose();
                servers[active] = Start(Roles[active]);
            }

            await stop.CancelAsync();
            await Task.WhenAll(callers);
            client.Status.LateReplies.Should().Be(0, "each was answered once");
        }
        finally
        {
            servers.ForEach(server => server.Dispose());
        }

        var journal = WorkJournal.Read(File(BinaryStarRole.Primary), File(BinaryStarRole.Backup));
        journal.Overlaps.Should().Be(0);
        journal.Executions.Should().NotBeEmpty().And.OnlyContain(request => request.Value == 1);
        journal.All.Should().OnlyContain(work => work.End != null);
        journal.All.Select(work => work.Process).Distinct().Should().HaveCount(Changes + 1);

        EchoServerProcess Start(BinaryStarRole role) => new(role, ports, [.. Patience, "--async", "0-200", "--journal", File(role)]);

        (int Active, int Passive) WhenWhole()
        {
            Wait.Until(() => servers.Select(server => server.Process.State).Order().SequenceEqual(["active", "passive"]), $"a whole pair; {servers[0]}; {servers[1]}");
            return servers[0].Process.State == "active" ? (0, 1) : (1, 0);
        }
    }

    public void Dispose() => folder.Dispose();

    private static void HandOver(EchoServerProcess from, EchoServerProcess to) => Wait.Until(
        () =>
        {
            if (from.Process.State == "active") from.Process.HandOver(); // to no purpose until a message has shown that the peer is passive
            return SpinWait.SpinUntil(() => to.Process.State == "active", TimeSpan.FromMilliseconds(500));
        },
        $"the hand-over; {from}");

    private static void WaitForAnswers(BinaryStarClient client, EchoServerProcess by)
    {
        Wait.Until(() => client.CurrentServer == by.Voter, "the client to use the other server");
        var before = client.Status.Answered;
        Wait.Until(() => client.Status.Answered > before + Callers, "answers of the other server");
    }

    // A request that is not answered is an exception.
    private static async Task AskOnAndOn(BinaryStarClient client, int caller, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var request = Encoding.ASCII.GetBytes($"{caller}:{number}");
            (await client.RequestAsync(request, CancellationToken.None)).Should().Equal(request);
        }
    }

    private string File(BinaryStarRole role) => folder.File($"{role}");
}
