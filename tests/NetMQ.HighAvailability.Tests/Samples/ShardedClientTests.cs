using System.Text.RegularExpressions;
using NetMQ.HighAvailability.Tests.Support;
using Processes;
using ShardedClient;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>A client of two pairs, each of two processes.</summary>
public sealed partial class ShardedClientTests
{
    private static readonly string[] Names = ["east", "west"];
    private static readonly string[] Keys = [.. Enumerable.Range(1, 8).Select(number => $"key-{number}")];

    [Fact]
    public void A_crash_in_one_pair_moves_its_keys_to_its_backup_and_the_other_pair_serves_on()
    {
        var (eastPrimary, eastBackup) = EchoServerProcess.StartedPair(EchoServerProcess.ByCrashAlone);
        using var first = eastPrimary;
        using var second = eastBackup;
        var (westPrimary, westBackup) = EchoServerProcess.StartedPair(EchoServerProcess.ByCrashAlone);
        using var third = westPrimary;
        using var fourth = westBackup;
        using var client = SampleProcess.Start("ShardedClient",
        [
            "--pair", $"east={eastPrimary.Voter},{eastBackup.Voter}", "--pair", $"west={westPrimary.Voter},{westBackup.Voter}",
            "--keys", $"{Keys.Length}", "--interval", "50",
        ]);
        WaitForAll(client, "east", eastPrimary);
        WaitForAll(client, "west", westPrimary);

        eastPrimary.Process.Kill();

        WaitForAll(client, "east", eastBackup);
        client.Terminate();
        client.WaitForExit().Should().Be(0, string.Join(Environment.NewLine, client.Errors));
        client.Lines.Should().ContainSingle(line => line.StartsWith($"east: {eastBackup.Voter} answers instead of {eastPrimary.Voter}"));
        client.Lines.Where(line => line.StartsWith("west: ")).Should().Equal($"west: {westPrimary.Voter} answers");
        var answers = Answers(client);
        answers.Where(answer => answer.Pair == "west").Should().OnlyContain(answer => answer.Server == westPrimary.Voter);
        foreach (var key in Keys)
            answers.Where(answer => answer.Key == key).Select(answer => answer.Number).Should().BeInAscendingOrder().And.StartWith(1).And.OnlyHaveUniqueItems();
        client.Lines[^1].Should().Be($"{answers.Count} requests answered");
    }

    [Fact]
    public void With_a_count_the_client_ends_when_each_key_has_had_so_many_answers()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var first = primary;
        using var other = backup;

        using var client = SampleProcess.Start("ShardedClient", ["--pair", $"only={backup.Voter},{primary.Voter}", "--keys", "3", "--count", "2", "--interval", "0"]);

        client.WaitForExit().Should().Be(0, string.Join(Environment.NewLine, client.Errors));
        client.Lines[^1].Should().Be("6 requests answered");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--pair east")]
    [InlineData("--pair east=tcp://localhost:5001")]
    [InlineData("--pair east=tcp://localhost:5001,")]
    [InlineData("--pair =tcp://localhost:5001,tcp://localhost:5002")]
    [InlineData("--pair east=localhost,tcp://localhost:5002")]
    [InlineData("--pair east=tcp://localhost:5001,tcp://localhost:5002 --pair east=tcp://localhost:5003,tcp://localhost:5004")]
    [InlineData("--pair east=tcp://localhost:5001,tcp://localhost:5002 --keys 0")]
    [InlineData("--pair east=tcp://localhost:5001,tcp://localhost:5002 --count 0")]
    [InlineData("--pair east=tcp://localhost:5001,tcp://localhost:5002 --interval -1")]
    public void Bad_usage_exits_with_2_and_the_usage_text(string arguments)
    {
        using var client = SampleProcess.Start("ShardedClient", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        client.WaitForExit().Should().Be(2);

        client.Lines.Should().BeEmpty();
        client.Errors[0].Should().StartWith("error: ");
        client.Errors.Should().Contain(line => line.Contains("ShardedClient [options]"));
    }

    private static void WaitForAll(SampleProcess client, string pair, EchoServerProcess server)
    {
        var keys = Keys.Where(key => new Rendezvous(Names).OwnerOf(key) == pair).ToList();
        keys.Should().NotBeEmpty();
        Wait.Until(() => keys.All(key => Answers(client).Any(answer => answer.Key == key && answer.Pair == pair && answer.Server == server.Voter)), $"{server.Voter} to answer all keys of {pair}");
    }

    private static List<(string Key, int Number, string Pair, string Server)> Answers(SampleProcess client) =>
    [
        .. client.Lines.Select(line => Answered().Match(line)).Where(answer => answer.Success)
            .Select(answer => (answer.Groups[1].Value, int.Parse(answer.Groups[2].Value), answer.Groups[3].Value, answer.Groups[4].Value)),
    ];

    [GeneratedRegex(@"^(key-\d+): (\d+) answered by (\w+) at (\S+) after ")]
    private static partial Regex Answered();
}
