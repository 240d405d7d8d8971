using System.Diagnostics;
using Processes;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>That the proof of "never two at work" would find two at work.</summary>
public sealed class WorkJournalTests
{
    [Fact]
    public void Executions_of_one_process_may_overlap()
    {
        var journal = WorkJournal.Parse(["begin primary 1 10 a", "begin primary 1 20 b", "end primary 1 30 a", "end primary 1 40 b"]);

        journal.All.Should().Equal(new Work(1, "a", 10, 30), new Work(1, "b", 20, 40));
        journal.Overlaps.Should().Be(0);
    }

    [Fact]
    public void Two_processes_one_after_the_other_do_not_overlap() =>
        WorkJournal.Parse(["begin primary 1 10 a", "end primary 1 20 a", "begin backup 2 20 b", "end backup 2 30 b", "begin primary 1 30 c", "end primary 1 40 c"]).Overlaps.Should().Be(0);

    [Theory]
    [InlineData("begin primary 1 10 a", "end primary 1 20 a", "begin backup 2 19 b", "end backup 2 30 b")]
    [InlineData("begin backup 2 10 b", "end backup 2 100 b", "begin primary 1 11 a", "end primary 1 12 a")]
    [InlineData("begin backup 2 10 b", "begin backup 2 20 c", "end backup 2 30 c", "end backup 2 100 b", "begin primary 1 40 a", "end primary 1 50 a")]
    [InlineData("begin backup 2 10 b", "end backup 2 50 b", "begin primary 1 60 x", "end primary 1 80 x", "begin backup 2 70 c", "end backup 2 75 c")]
    public void Two_processes_at_work_at_once_are_found(params string[] lines) => WorkJournal.Parse(lines).Overlaps.Should().Be(1);

    [Fact]
    public void The_longest_overlap_is_measured() =>
        WorkJournal.Parse(["begin primary 1 10 a", "end primary 1 100 a", "begin backup 2 60 b", "end backup 2 200 b"])
            .LongestOverlap.Should().Be(Stopwatch.GetElapsedTime(60, 100));

    [Fact]
    public void Executions_are_counted_by_request_whoever_did_them()
    {
        var journal = WorkJournal.Parse(["begin primary 1 10 a", "end primary 1 20 a", "begin backup 2 30 a", "begin backup 2 40 b", "end backup 2 5"]);

        journal.Executions.Should().BeEquivalentTo(new Dictionary<string, int> { ["a"] = 2, ["b"] = 1 });
        journal.All.Count(work => work.End is null).Should().Be(2, "a line that is not whole counts for nothing");
    }
}
