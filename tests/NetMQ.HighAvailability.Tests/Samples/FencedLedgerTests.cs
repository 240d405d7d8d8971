using NetMQ.HighAvailability.Tests.Arbiters;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The ledger's demo against a real database: servers that are frozen amid transactions, before and behind the fence.</summary>
public sealed class FencedLedgerTests(PostgresServer database) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task What_a_frozen_server_has_not_committed_is_refused_when_it_wakes_and_each_confirmed_booking_is_there_once()
    {
        using var demo = SampleProcess.Start("FencedLedger", ["demo", "--database", database.Address]);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        var all = string.Join('\n', [.. demo.Lines, .. demo.Errors]);

        demo.ExitCode.Should().Be(0, all);
        demo.Lines.Should().Contain(line => line.Contains("NOT COMMITTED by primary: StaleTermException: The term "), all);
        demo.Lines.Should().Contain(line => line.Contains("NOT COMMITTED by backup: "), all);
        demo.Lines.Where(line => line.StartsWith("token ")).Select(line => line.Split(' ')[^1]).Should().ContainInOrder("primary", "backup", "primary");
        demo.Lines[^1].Should().Be("The ledger has each confirmed booking once, and nothing else.");
    }

    [Theory]
    [InlineData("", "FencedLedger [command]")]
    [InlineData("demo", "FencedLedger demo [options]")]
    [InlineData("demo --database Host", "FencedLedger demo [options]")]
    [InlineData("server --primary", "FencedLedger server [options]")]
    [InlineData("server --database Host=localhost", "FencedLedger server [options]")]
    [InlineData("server --primary --backup --database Host=localhost", "FencedLedger server [options]")]
    [InlineData("server --primary --database Host", "FencedLedger server [options]")]
    [InlineData("server --primary --database Host=localhost --pause-before-fence -1", "FencedLedger server [options]")]
    [InlineData("client --count 0", "FencedLedger client [options]")]
    [InlineData("client --server tcp://localhost:5001 --server nowhere", "FencedLedger client [options]")]
    [InlineData("client --interval soon", "FencedLedger client [options]")]
    [InlineData("client --interval 0", "FencedLedger client [options]")]
    [InlineData("client --count soon", "FencedLedger client [options]")]
    [InlineData("client --count", "FencedLedger client [options]")]
    [InlineData("server --primary --database Host=localhost --voter nonsense", "FencedLedger server [options]")]
    public void Bad_usage_exits_with_2_and_the_usage_text(string arguments, string usage)
    {
        using var ledger = SampleProcess.Start("FencedLedger", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        ledger.WaitForExit().Should().Be(2);

        ledger.Lines.Should().BeEmpty();
        ledger.Errors[0].Should().StartWith("error: ");
        ledger.Errors.Should().Contain(line => line.Contains(usage));
    }

    [Fact]
    public void A_setting_that_makes_no_pair_is_bad_usage_too()
    {
        using var server = SampleProcess.Start("FencedLedger", ["server", "--primary", "--database", database.Address, "--heartbeat", "500", "--failover-timeout", "600"]);

        server.WaitForExit().Should().Be(2);

        server.Errors[0].Should().StartWith("error: ").And.Contain("FailoverTimeout");
    }
}
