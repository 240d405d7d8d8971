using System.Reflection;
using System.Text.RegularExpressions;

namespace NetMQ.HighAvailability.Tests;

/// <summary>Which folder uses which is written in docs/architecture.md, and the cores are pure.</summary>
public sealed partial class ArchitectureTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private const string Root = "NetMQ.HighAvailability";

    [Fact]
    public void Folders_use_each_other_as_the_architecture_page_says()
    {
        var documented = DocumentedRow().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "architecture.md")))
            .ToDictionary(row => row.Groups["folder"].Value, row => FolderName().Matches(row.Groups["uses"].Value).Select(folder => folder.Groups[1].Value).Order().ToArray());

        var imported = SourceFiles()
            .GroupBy(file => TopFolder(file.Folder))
            .ToDictionary(
                folder => folder.Key,
                folder => folder.SelectMany(file => Import().Matches(file.Text)).Select(import => import.Groups[1].Value)
                    .Where(used => used != folder.Key && documented.ContainsKey(used)).Distinct().Order().ToArray());

        imported.Should().BeEquivalentTo(documented);
    }

    [Fact]
    public void A_namespace_is_a_folder()
    {
        SourceFiles()
            .Where(file => !file.Text.Contains($"namespace {Root}{(file.Folder == "." ? "" : "." + file.Folder.Replace('/', '.'))};", StringComparison.Ordinal))
            .Select(file => file.Name)
            .Should().BeEmpty();
    }

    [Fact]
    public void Protocol_knows_no_socket_clock_log_or_thread()
    {
        var foreign = UsedBy($"{Root}.Protocol")
            .Where(type => type.Namespace is { } ns && !ns.StartsWith("System", StringComparison.Ordinal))
            .Where(type => type.Namespace != $"{Root}.Protocol" && !(type.Namespace == Root && (type.IsEnum || type == typeof(ArbiterClaim) || type == typeof(ArbiterRecord))));
        var impure = UsedBy($"{Root}.Protocol").Where(type => type == typeof(TimeProvider) || type.Namespace == "System.Threading");

        foreign.Should().BeEmpty();
        impure.Should().BeEmpty();
    }

    [Fact]
    public void Wire_knows_no_socket_clock_log_or_thread()
    {
        var foreign = UsedBy($"{Root}.Wire").Where(type => type.Namespace is { } ns && !ns.StartsWith("System", StringComparison.Ordinal) && ns != $"{Root}.Wire" && ns != "NaCl");
        var impure = UsedBy($"{Root}.Wire").Where(type => type == typeof(TimeProvider) || type.Namespace is { } ns
            && (ns.StartsWith("System.Net", StringComparison.Ordinal) || ns.StartsWith("System.Threading", StringComparison.Ordinal)));

        foreign.Should().BeEmpty();
        impure.Should().BeEmpty();
    }

    [Fact]
    public void Only_checks_restore_what_an_engine_remembers() =>
        SourceFiles().Where(file => file.Text.Replace("ExecutionContext.Restore(", "", StringComparison.Ordinal).Contains(".Restore(", StringComparison.Ordinal)).Should().BeEmpty();

    private static string TopFolder(string folder) => folder.Split('/')[0];

    private static IEnumerable<(string Name, string Folder, string Text)> SourceFiles()
    {
        var src = Path.Combine(AppContext.BaseDirectory, "src");
        var files = Directory.GetFiles(src, "*.cs", SearchOption.AllDirectories);
        files.Should().NotBeEmpty();
        return files.Select(file => (Path.GetFileName(file), Path.GetRelativePath(src, Path.GetDirectoryName(file)!).Replace('\\', '/'), File.ReadAllText(file)));
    }

    [GeneratedRegex(@"^\| `(?<folder>[\w.]+)` \|[^|]*\|(?<uses>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex DocumentedRow();

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex FolderName();

    [GeneratedRegex(@"^using (?:static )?NetMQ\.HighAvailability\.(\w+)(?:\.\w+)*;", RegexOptions.Multiline)]
    private static partial Regex Import();

    private static IEnumerable<Type> UsedBy(string ns) => typeof(BinaryStar).Assembly.GetTypes()
        .Where(type => type.Namespace == ns)
        .SelectMany(Uses)
        .SelectMany(Unwrap)
        .Distinct();

    private static IEnumerable<Type> Uses(Type type)
    {
        foreach (var field in type.GetFields(All)) yield return field.FieldType;
        foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            if (method is MethodInfo info) yield return info.ReturnType;
            foreach (var parameter in method.GetParameters()) yield return parameter.ParameterType;
            foreach (var local in method.GetMethodBody()?.LocalVariables ?? []) yield return local.LocalType;
        }
    }

    private static IEnumerable<Type> Unwrap(Type type) => type.HasElementType
        ? Unwrap(type.GetElementType()!)
        : type.GetGenericArguments().SelectMany(Unwrap).Append(type);
}
