using NetMQ.HighAvailability.Fuzz.Wire;
using FuzzProgram = NetMQ.HighAvailability.Fuzz.Program;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>
/// Inputs of the fuzz targets, whole connections and the shortest way to each outcome that was found. A file's name is its outcome,
/// unless it is a seed. How to write them anew: docs/testing.md.
/// </summary>
public sealed class CorpusTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Wire", "Corpus");

    public static TheoryData<string> Targets => [.. WireRole.All.SelectMany(role => new[] { role.Name + "-null", role.Name + "-curve" })];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Each_input_comes_to_what_it_came_to(string target)
    {
        var files = Directory.GetFiles(Path.Combine(Folder, target), "*.bin");
        files.Should().HaveCountGreaterThan(20);
        foreach (var file in files)
        {
            FuzzProgram.Replay(target, File.ReadAllBytes(file));
            var name = Path.GetFileNameWithoutExtension(file);
            if (!name.StartsWith("seed-", StringComparison.Ordinal)) Sight.Outcome.Should().Be(name);
        }
    }
}
