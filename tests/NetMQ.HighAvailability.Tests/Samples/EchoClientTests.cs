using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>What the EchoClient sample prints, and how it ends.</summary>
public sealed class EchoClientTests
{
    [Fact]
    public void The_client_is_served_by_whichever_server_is_active_and_ends_with_a_summary()
    {
        var (primary, backup) = EchoServerProcess.StartedPair(EchoServerProcess.ByCrashAlone);
        using var first = primary;
        using var other = backup;

        // The passive one first: it does not answer, and the client turns to the other.
        using var client = SampleProcess.Start("EchoClient",
            ["--server", backup.Voter, "--server", primary.Voter, "--count", "3", "--interval", "0"]);

        client.WaitForExit().Should().Be(0, string.Join(Environment.NewLine, client.Errors));
        client.Lines[^1].Should().StartWith("3 requests answered, ");
        client.Lines.Should().Contain($"{primary.Voter} answers");
    }

    [Fact]
    public void A_client_that_is_given_the_servers_key_is_served_by_voters_with_keys()
    {
        using var folder = new TempFolder();
        var (publicFile, secretFile) = CurveKeyFile.Create(folder.FullName, "voter");
        File.WriteAllText(folder.File("empty"), "");
        var (primary, backup) = TestNode.StartedPair(options => options.VoterCertificate = CurveKeyFile.Load(secretFile));
        using var first = primary;
        using var other = backup;

        using var client = SampleProcess.Start("EchoClient",
            ["--server", primary.Ports.VoterEndpoint(BinaryStarRole.Primary), "--server-key", publicFile, "--count", "1"]);
        using var mistaken = SampleProcess.Start("EchoClient", ["--server-key", folder.File("empty"), "--count", "1"]);

        client.WaitForExit().Should().Be(0, string.Join(Environment.NewLine, client.Errors));
        mistaken.WaitForExit().Should().Be(2);
        mistaken.Errors[0].Should().StartWith("error: ").And.Contain("is no key file");
    }

    [Fact]
    public void A_reply_that_is_no_echo_is_shown_without_the_characters_that_a_terminal_obeys()
    {
        byte[] clearsTheScreen = [0x1b, .. "[2J"u8, 0x9b, (byte)'\n', (byte)'\\', .. new byte[1000]];
        using var rogue = new RawServer(Ports.Free(), (request, send) => send(RawServer.Reply(request, clearsTheScreen)));

        using var client = SampleProcess.Start("EchoClient", ["--server", rogue.Endpoint, "--count", "1"]);

        client.WaitForExit().Should().Be(1);
        var error = client.Errors.Should().ContainSingle().Subject;
        error.Should().Contain(@"answered '\x1b[2J\x9b\x0a\x5c\x00").And.EndWith("... (1007 bytes)' to '1': it is not an echo server; use --send");
        string.Concat([error, .. client.Lines]).Should().NotContain("\u001b").And.NotContain("\u009b");
    }

    [Fact]
    public void A_text_of_ones_own_is_sent_and_the_replies_are_shown()
    {
        using var server = new RawServer(Ports.Free(), (request, send) => send(RawServer.Reply(request, [.. "got "u8, .. request.Last.ToByteArray()])));

        using var client = SampleProcess.Start("EchoClient", ["--server", server.Endpoint, "--send", "buy 5 apples", "--count", "2", "--interval", "0"]);

        client.WaitForExit().Should().Be(0, string.Join(Environment.NewLine, client.Errors));
        client.Lines.Count(line => line.EndsWith(" ms: got buy 5 apples")).Should().Be(2);
    }

    [Theory]
    [InlineData("--count 0")]
    [InlineData("--count many")]
    [InlineData("--interval -1")]
    [InlineData("--server localhost")]
    [InlineData("nonsense")]
    [InlineData("--server-key missing.key")]
    public void Bad_usage_exits_with_2_and_the_usage_text(string arguments)
    {
        using var client = SampleProcess.Start("EchoClient", arguments.Split(' '));

        client.WaitForExit().Should().Be(2);

        client.Lines.Should().BeEmpty();
        client.Errors[0].Should().StartWith("error: ");
        client.Errors.Should().Contain(line => line.Contains("EchoClient [options]"));
    }
}
