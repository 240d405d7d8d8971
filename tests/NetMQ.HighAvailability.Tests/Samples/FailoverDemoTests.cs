using System.Globalization;
using System.Text.RegularExpressions;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The demo's timeline and its table agree.</summary>
public sealed class FailoverDemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_table_has_the_same_wait_for_each_act_as_the_timeline_and_says_what_a_wait_is()
    {
        using var demo = SampleProcess.Start("FailoverDemo", []);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        var lines = demo.Lines;
        var all = string.Join('\n', lines);
        var head = lines.ToList().FindIndex(line => line.Contains("what was done to the active server"));
        head.Should().BePositive(all);

        var timeline = new List<int>();
        foreach (var line in lines.Take(head))
        {
            if (line.Contains("the active server is", StringComparison.Ordinal)) timeline.Add(0);
            if (Regex.Match(line, @"is served by .* (\d+) ms$") is { Success: true } served && timeline.Count > 0)
                timeline[^1] = Math.Max(timeline[^1], Number(served));
        }

        var table = lines.Skip(head + 1)
            .Select(line => Regex.Match(line, @"^\S.{35}\s+(\d+) ms "))
            .Where(match => match.Success)
            .Select(Number)
            .ToList();
        table.Should().HaveCount(5, all).And.Equal(timeline, all);
        string.Join(' ', lines.Take(head).TakeLast(2)).Should().StartWith("Waits are measured from").And.Contain("as in the timeline");
        demo.ExitCode.Should().Be(0, all);
    }

    [Fact]
    public void It_takes_no_options()
    {
        using var demo = SampleProcess.Start("FailoverDemo", ["--help"]);

        demo.WaitForExit().Should().Be(2);

        demo.Errors.Should().ContainSingle().Which.Should().StartWith("usage: ");
    }

    private static int Number(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
}
