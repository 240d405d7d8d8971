using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>
/// Reads a pair's section of the configuration, by hand: a misspelt key or a value that is none is an error here, which
/// the usual binder would pass over, and nothing depends on reflection.
/// </summary>
internal sealed class PairConfiguration(string name, IConfiguration section)
{
    private static readonly string[] NodeKeys =
    [
        "Preset", "Name", "Role", "LocalEndpoints", "RemoteEndpoints", "HeartbeatInterval", "FailoverTimeout",
        "PeerHeartbeatInterval", "PeerFailoverTimeout", "DualActivePolicy", "HandlerFaults", "DetectCrash", "WarmUpOnStart", "VoterHighWatermark",
        "VoterMaxFrameBytes", "CertificateFile", "PeerCertificateFile", "VoterCertificateFile",
    ];

    private static readonly string[] HostKeys = ["VoterEndpoint", "VoterType", "StepDownTimeout"];

    private readonly string path = (section as IConfigurationSection)?.Path ?? "The configuration";

    /// <exception cref="OptionsValidationException">A key is unknown or a value malformed; the message names it.</exception>
    public void Read(BinaryStarOptions options)
    {
        foreach (var key in section.GetChildren().Select(child => child.Key))
        {
            if (!NodeKeys.Concat(HostKeys).Contains(key, StringComparer.OrdinalIgnoreCase))
                throw Invalid($"{path}:{key} is no option of a pair; there are {string.Join(", ", NodeKeys.Concat(HostKeys))}.");
        }

        Use<BinaryStarPreset>("Preset", Enum.TryParse, options.Apply, Names<BinaryStarPreset>()); // first: others refine it
        if (Value("Name") is { } given) options.Name = given;
        Use<BinaryStarRole>("Role", Enum.TryParse, value => options.Role = value, Names<BinaryStarRole>());
        if (List("LocalEndpoints") is { } locals) options.LocalEndpoints = locals;
        if (List("RemoteEndpoints") is { } remotes) options.RemoteEndpoints = remotes;
        Time("HeartbeatInterval", value => options.HeartbeatInterval = value);
        Time("FailoverTimeout", value => options.FailoverTimeout = value);
        Time("PeerHeartbeatInterval", value => options.PeerHeartbeatInterval = value);
        Time("PeerFailoverTimeout", value => options.PeerFailoverTimeout = value);
        Use<DualActivePolicy>("DualActivePolicy", Enum.TryParse, value => options.DualActivePolicy = value, Names<DualActivePolicy>());
        Use<HandlerFaultPolicy>("HandlerFaults", Enum.TryParse, value => options.HandlerFaults = value, Names<HandlerFaultPolicy>());
        Use<bool>("DetectCrash", Bool, value => options.DetectCrash = value, "true or false");
        Use<bool>("WarmUpOnStart", Bool, value => options.WarmUpOnStart = value, "true or false");
        Use<int>("VoterHighWatermark", Number, value => options.VoterHighWatermark = value, "a number");
        Use<int>("VoterMaxFrameBytes", Number, value => options.VoterMaxFrameBytes = value, "a number");
        Keys("CertificateFile", value => options.Certificate = value);
        Keys("PeerCertificateFile", value => options.PeerCertificate = value);
        Keys("VoterCertificateFile", value => options.VoterCertificate = value);
    }

    /// <exception cref="OptionsValidationException">A value is malformed; the message names it.</exception>
    public void Read(BinaryStarHostOptions options)
    {
        if (Value("VoterEndpoint") is { } endpoint) options.VoterEndpoint = endpoint;
        Use<ZmqSocketType>("VoterType", Enum.TryParse, value => options.VoterType = value, "Router, Dealer, Pull or Sub");
        Time("StepDownTimeout", value => options.StepDownTimeout = value);
    }

    private delegate bool Parser<T>(string text, bool ignoreCase, out T value);

    private void Use<T>(string key, Parser<T> parse, Action<T> use, string expected)
    {
        if (Value(key) is not { } text) return;
        if (!parse(text, true, out var value)) throw Invalid($"{path}:{key} is '{text}', and must be {expected}.");
        use(value);
    }

    private void Time(string key, Action<TimeSpan> use) => Use<TimeSpan>(key, Duration, use, "a time such as 00:00:00.500 for half a second");

    private void Keys(string key, Action<NetMQCertificate> use)
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

    private List<string>? List(string key)
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

    private string? Value(string key) => Value(section.GetSection(key));

    // An empty value is most likely a variable that was not set. Taken for a missing one, it would switch CURVE off.
    private string? Value(IConfigurationSection part)
    {
        if (part.GetChildren().FirstOrDefault() is { } below) throw Invalid($"{part.Path} must be a single value, and has {below.Key} below it.");
        return part.Value is { } text && string.IsNullOrWhiteSpace(text) ? throw Empty(part) : part.Value;
    }

    private OptionsValidationException Empty(IConfigurationSection part) => Invalid($"{part.Path} is empty: give it a value, or leave it out.");

    private OptionsValidationException Invalid(string message) => new(name, typeof(BinaryStarOptions), [message]);

    // A bare number would be taken for days.
    private static bool Duration(string text, bool ignoreCase, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    private static bool Bool(string text, bool ignoreCase, out bool value) => bool.TryParse(text, out value);

    private static bool Number(string text, bool ignoreCase, out int value) => int.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static string Names<T>()
        where T : struct, Enum => string.Join(" or ", Enum.GetNames<T>());
}
