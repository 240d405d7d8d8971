using System.Text;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The EchoServer sample with asynchronous handlers.</summary>
public sealed class EchoServerAsyncTests
{
    private const string Wake = "hello";

    [Theory]
    [InlineData("--async")]
    [InlineData("--async 1")]
    [InlineData("--async 0-5")]
    public void Every_frame_of_a_request_comes_back_unchanged(string options)
    {
        using var server = Started(options.Split(' '));
        byte[][] request = [[], [1, 2, 3], new byte[10_000], [0]];

        Ask(server, request).Should().BeEquivalentTo(request, order => order.WithStrictOrdering());
    }

    [Fact]
    public void A_signed_reply_ends_with_who_gave_it_and_with_the_clock_at_the_begin_and_at_the_end()
    {
        using var server = Started("--async", "20", "--sign");

        var reply = Ask(server, ["x"u8.ToArray()]);

        reply.Should().HaveCount(2);
        var words = Encoding.ASCII.GetString(reply[1]).Split(' ');
        words.Should().HaveCount(6).And.StartWith(["primary", $"{server.Process.Id}", "1"]);
        (long.Parse(words[5]) - long.Parse(words[4])).Should().BePositive();
    }

    [Fact]
    public void Requests_are_handled_side_by_side()
    {
        using var folder = new TempFolder();
        var journal = folder.File("journal");
        using var server = Started("--async", "300", "--journal", journal);

        server.Client.Socket.SendFrame("first");
        server.Client.Socket.SendFrame("second one");

        Wait.Until(() => Lines(journal).Any(line => line[0] == "end" && line[^1] == "second%20one"), $"the journal; {server}");
        Lines(journal).Where(line => line[^1] != Wake).Select(line => $"{line[0]} {line[1]}").Take(2)
            .Should().OnlyContain(line => line == "begin primary", "the first one was still waiting when the second one began");
        Lines(journal).Should().OnlyContain(line => line[2] == $"{server.Process.Id}" && long.Parse(line[3]) > 0);
    }

    [Fact]
    public void A_server_that_is_started_again_continues_its_journal()
    {
        using var folder = new TempFolder();
        var journal = folder.File("journal");
        for (var i = 0; i < 2; i++)
        {
            using var server = Started("--async", "--journal", journal);
            Ask(server, ["x"u8.ToArray()]);
            server.Process.Terminate();
            server.WaitForExit().Should().Be(0);
        }

        Lines(journal).Select(line => line[2]).Distinct().Should().HaveCount(2);
    }

    [Theory]
    [InlineData("--async soon")]
    [InlineData("--async -1")]
    [InlineData("--async 5-")]
    [InlineData("--async 200-100")]
    [InlineData("--async 1-2-3")]
    [InlineData("--async 3600001")]
    [InlineData("--journal file")]
    [InlineData("--drain-timeout 100")]
    [InlineData("--async --drain-timeout -1")]
    [InlineData("--async --journal")]
    public void Bad_usage_exits_with_2_and_the_usage_text(string arguments)
    {
        using var server = SampleProcess.Start("EchoServer", ["--primary", .. arguments.Split(' ')]);

        server.WaitForExit().Should().Be(2);

        server.Errors[0].Should().StartWith("error: ");
        server.Errors.Should().Contain(line => line.Contains("EchoServer [options]"));
    }

    [Fact]
    public void A_journal_that_cannot_be_written_exits_with_1_and_names_it()
    {
        using var folder = new TempFolder();
        var journal = Path.Combine(folder.FullName, "missing", "journal");
        using var server = SampleProcess.Start("EchoServer", [.. EchoServerProcess.Arguments(BinaryStarRole.Primary, PairPorts.New()), "--async", "--journal", journal]);

        server.WaitForExit().Should().Be(1);

        server.Errors.Should().ContainSingle().Which.Should().StartWith("error: ").And.Contain(journal);
    }

    /// <summary>A primary alone that serves, which takes a request.</summary>
    private static EchoServerProcess Started(params string[] options)
    {
        var server = new EchoServerProcess(BinaryStarRole.Primary, PairPorts.New(), options);
        Wait.Until(
            () =>
            {
                server.Client.Socket.SendFrame(Wake);
                return SpinWait.SpinUntil(() => server.Process.State == "active", TimeSpan.FromMilliseconds(100));
            },
            $"the primary to be active; {server}");
        return server;
    }

    private static List<byte[]> Ask(EchoServerProcess server, byte[][] request)
    {
        server.Client.Socket.SendMultipartBytes(request);
        List<byte[]>? reply = null;
        Wait.Until(() => server.Client.Socket.TryReceiveMultipartBytes(TimeSpan.FromMilliseconds(20), ref reply!) && !reply[0].SequenceEqual(Encoding.ASCII.GetBytes(Wake)), $"the echo; {server}");
        return reply!;
    }

    private static List<string[]> Lines(string journal) =>
        [.. File.ReadAllText(journal).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
}
