namespace NetMQ.HighAvailability.Tests.Stories;

/// <summary>Every text file in this folder, replayed.</summary>
public sealed class StoryTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Stories");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_story_goes_as_written(string name) => Storyteller.Tell(Story.Read(Path.Combine(Folder, name + ".txt")));

    [Fact]
    public void A_step_that_ends_otherwise_is_shown_with_its_line_and_what_was_found()
    {
        var story = Story.Parse("wrong.txt", ["# The backup cannot be active here.", "", "0    start both  | Primary Backup", "2000 | Active Active"]);

        FluentActions.Invoking(() => Storyteller.Tell(story)).Should().Throw<StoryException>()
            .WithMessage("wrong.txt, line 4: expected the backup to be Active, found Passive.*publishes 3*");
    }

    [Theory]
    [InlineData("0 fly | Primary Backup", "*line 1: there is no act 'fly'.")]
    [InlineData("0 kill me | Primary Backup", "*line 1: there is no node 'me'.")]
    public void An_act_that_does_not_exist_is_named(string line, string complaint) =>
        FluentActions.Invoking(() => Storyteller.Tell(Story.Parse("wrong.txt", [line]))).Should().Throw<StoryException>().WithMessage(complaint);

    [Theory]
    [InlineData("start both")]
    [InlineData("0 start both")]
    [InlineData("0 start both | Primary")]
    public void A_line_that_is_no_step_is_shown(string line) =>
        FluentActions.Invoking(() => Story.Parse("wrong.txt", [line])).Should().Throw<FormatException>().WithMessage("wrong.txt, line 1: *");
}
