using System.Text.Json;
using System.Xml.Linq;

namespace NetMQ.HighAvailability.Tests;

/// <summary>An application that uses the packages ships their dependencies too, and has to know under which licences.</summary>
public sealed class NoticesTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "packages");

    [Fact]
    public void Each_dependency_that_ships_has_its_licence_in_the_notices_and_nothing_else_has()
    {
        var projects = Directory.GetFiles(Folder, "*.csproj", SearchOption.AllDirectories);
        projects.Should().HaveCountGreaterThan(1);

        var noticed = File.ReadLines(Path.Combine(Folder, "THIRD-PARTY-NOTICES.txt"))
            .Where(line => line.StartsWith("* ", StringComparison.Ordinal)).Select(line => line[2..]);

        noticed.Should().BeEquivalentTo(projects.SelectMany(Shipped).Distinct());
    }

    // The analyzers are references too, but private ones. All that the others need is in the lock file.
    private static HashSet<string> Shipped(string project)
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")));
        var packages = locked.RootElement.GetProperty("dependencies").EnumerateObject().Single().Value;
        var shipped = new HashSet<string>();
        var next = new Stack<string>(XDocument.Load(project).Descendants("PackageReference")
            .Where(reference => reference.Attribute("PrivateAssets") is null).Select(reference => reference.Attribute("Include")!.Value));
        while (next.TryPop(out var package))
        {
            if (!shipped.Add(package) || !packages.GetProperty(package).TryGetProperty("dependencies", out var needed)) continue;
            foreach (var dependency in needed.EnumerateObject()) next.Push(dependency.Name);
        }

        return shipped;
    }
}
