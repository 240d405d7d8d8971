using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>
/// Reads a section of the configuration by hand: unknown keys and values that cannot be parsed are errors here, which the
/// usual binder would pass over, and nothing depends on reflection.
/// </summary>
internal sealed class SectionReader(string name, Type options, IConfiguration section)
{
    private readonly string path = (section as IConfigurationSection)?.Path ?? "The configuration";

    /// <param name="known">All keys that there are.</param>
    /// <param name="owner">Whose options they are.</param>
    /// <exception cref="OptionsValidationException">A key is unknown; the message names it.</exception>
    public void Expect(IReadOnlyCollection<string> known, string owner)
    {
        foreach (var key in section.GetChildren().Select(child => child.Key))
        {
            if (!known.Contains(key, StringComparer.OrdinalIgnoreCase)) throw Invalid($"{path}:{key} is no option of a {owner}; there are {string.Join(", ", known)}.");
        }
    }

    /// <exception cref="OptionsValidationException">The section is a value.</exception>
    public void ExpectSection()
    {
        if ((section as IConfigurationSection)?.Value is { } text) throw Invalid($"{path} is '{text}', and must have its options below it.");
    }

    /// <exception cref="OptionsValidationException">There is such a section.</exception>
    public void ExpectNone(string why)
    {
        if (section.GetChildren().Any()) throw Invalid($"{path} has no effect: {why}");
    }

    private delegate bool Parser<T>(string text, out T value);

    private void Use<T>(string key, Parser<T> parse, Action<T> use, string expected)
    {
        if (Value(key) is not { } text) return;
        if (!parse(text, out var value)) throw Invalid($"{path}:{key} is '{text}', and must be {expected}.");
        use(value);
    }

    /// <summary>One of an enumeration's names, or of those <paramref name="among"/> them: its own parser would take any number.</summary>
    public void Name<T>(string key, Action<T> use, params T[] among)
        where T : struct, Enum
    {
        var names = among.Length > 0 ? [.. among.Select(value => value.ToString())] : Enum.GetNames<T>();
        Use<T>(key, ByName, use, string.Join(" or ", names));

        bool ByName(string text, out T value)
        {
            value = default;
            return names.Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(text, ignoreCase: true, out value);
        }
    }

    public void Number(string key, Action<int> use) => Use<int>(key, Number, use, $"a whole number, at most {int.MaxValue}");

    public void Number(string key, Action<long> use) => Use<long>(key, Number, use, $"a whole number, at most {long.MaxValue}");

    public void Flag(string key, Action<bool> use) => Use<bool>(key, bool.TryParse, use, "true or false");

    public void Time(string key, Action<TimeSpan> use) => Use<TimeSpan>(key, Duration, use, "a time such as 00:00:00.500 for half a second");

    public void Keys(string key, Action<NetMQCertificate> use)
    {
        if (Value(key) is not { } file) return;
        try
        {
            use(CurveKeyFile.Load(file));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{path}:{key} is '{file}', and cannot be read as a key file: {e.Message}");
        }
    }

    public List<string>? List(string key)
    {
        var part = section.GetSection(key);
        var endpoints = part.GetChildren().ToList();
        // An empty array of a settings file is an empty value, and another source may have filled it.
        if (endpoints.Count > 0 && string.IsNullOrEmpty(part.Value)) return [.. endpoints.Select(endpoint => Value(endpoint) ?? throw Empty(endpoint))];
        if (part.Value is null) return null;
        if (string.IsNullOrWhiteSpace(part.Value)) throw Empty(part);

        var listed = part.Value.Split(',', StringSplitOptions.TrimEntries);
        return listed.Contains("") ? throw Invalid($"{part.Path} is '{part.Value}', and one of its endpoints is empty.") : [.. listed];
    }

    public string? Value(string key) => Value(section.GetSection(key));

    // An empty value is most likely a variable that was not set. Taken for a missing one, it would switch CURVE off.
    private string? Value(IConfigurationSection part)
    {
        if (part.GetChildren().FirstOrDefault() is { } below) throw Invalid($"{part.Path} must be a single value, and has {below.Key} below it.");
        return part.Value is { } text && string.IsNullOrWhiteSpace(text) ? throw Empty(part) : part.Value;
    }

    private OptionsValidationException Empty(IConfigurationSection part) => Invalid($"{part.Path} is empty: give it a value, or leave it out.");

    private OptionsValidationException Invalid(string message) => new(name, options, [message]);

    // A bare number would be taken for days.
    private static bool Duration(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    private static bool Number(string text, out int value) => int.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static bool Number(string text, out long value) => long.TryParse(text, CultureInfo.InvariantCulture, out value);
}
