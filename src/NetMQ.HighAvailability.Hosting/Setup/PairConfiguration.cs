using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>Reads a pair's section of the configuration.</summary>
internal sealed class PairConfiguration(string name, IConfiguration section)
{
    private static readonly string[] NodeKeys =
    [
        "Preset", "Name", "Role", "LocalEndpoints", "RemoteEndpoints", "HeartbeatInterval", "FailoverTimeout",
        "PeerHeartbeatInterval", "PeerFailoverTimeout", "DualActivePolicy", "HandlerFaults", "DetectCrash", "WarmUpOnStart", "VoterHighWatermark",
        "VoterMaxRequestBytes", "CertificateFile", "PeerCertificateFile", "VoterCertificateFile",
        "VoterClientKeyFolder", "MonitorKeyFolder", "UseNetMQRouter", "ArbiterPolicy", "ArbiterLease",
    ];

    private static readonly string[] HostKeys = ["VoterEndpoint", "VoterType", "StepDownTimeout", RequestConfiguration.Key];

    private readonly SectionReader reader = new(name, typeof(BinaryStarOptions), section);

    /// <exception cref="OptionsValidationException">A key is unknown or a value malformed; the message names it.</exception>
    public void Read(BinaryStarOptions options)
    {
        reader.Expect([.. NodeKeys, .. HostKeys], "pair");

        reader.Use<BinaryStarPreset>("Preset", Enum.TryParse, options.Apply, SectionReader.Names<BinaryStarPreset>()); // first: others refine it
        if (reader.Value("Name") is { } given) options.Name = given;
        reader.Use<BinaryStarRole>("Role", Enum.TryParse, value => options.Role = value, SectionReader.Names<BinaryStarRole>());
        if (reader.List("LocalEndpoints") is { } locals) options.LocalEndpoints = locals;
        if (reader.List("RemoteEndpoints") is { } remotes) options.RemoteEndpoints = remotes;
        reader.Time("HeartbeatInterval", value => options.HeartbeatInterval = value);
        reader.Time("FailoverTimeout", value => options.FailoverTimeout = value);
        reader.Time("PeerHeartbeatInterval", value => options.PeerHeartbeatInterval = value);
        reader.Time("PeerFailoverTimeout", value => options.PeerFailoverTimeout = value);
        reader.Use<DualActivePolicy>("DualActivePolicy", Enum.TryParse, value => options.DualActivePolicy = value, SectionReader.Names<DualActivePolicy>());
        reader.Use<HandlerFaultPolicy>("HandlerFaults", Enum.TryParse, value => options.HandlerFaults = value, SectionReader.Names<HandlerFaultPolicy>());
        reader.Use<bool>("DetectCrash", SectionReader.Bool, value => options.DetectCrash = value, "true or false");
        reader.Use<bool>("WarmUpOnStart", SectionReader.Bool, value => options.WarmUpOnStart = value, "true or false");
        reader.Use<int>("VoterHighWatermark", SectionReader.Number, value => options.VoterHighWatermark = value, "a number");
        reader.Use<int>("VoterMaxRequestBytes", SectionReader.Number, value => options.VoterMaxRequestBytes = value, "a number");
        reader.Keys("CertificateFile", value => options.Certificate = value);
        reader.Keys("PeerCertificateFile", value => options.PeerCertificate = value);
        reader.Keys("VoterCertificateFile", value => options.VoterCertificate = value);
        if (reader.Value("VoterClientKeyFolder") is { } clients) options.VoterClientKeyFolder = clients;
        if (reader.Value("MonitorKeyFolder") is { } monitors) options.MonitorKeyFolder = monitors;
        reader.Use<bool>("UseNetMQRouter", SectionReader.Bool, value => options.UseNetMQRouter = value, "true or false");
        reader.Use<ArbiterPolicy>("ArbiterPolicy", Enum.TryParse, value => options.ArbiterPolicy = value, SectionReader.Names<ArbiterPolicy>());
        reader.Time("ArbiterLease", value => options.ArbiterLease = value);
    }

    /// <exception cref="OptionsValidationException">A value is malformed; the message names it.</exception>
    public void Read(BinaryStarHostOptions options)
    {
        if (reader.Value("VoterEndpoint") is { } endpoint) options.VoterEndpoint = endpoint;
        reader.Use<ZmqSocketType>("VoterType", Enum.TryParse, value => options.VoterType = value, "Router, Dealer, Pull or Sub");
        reader.Time("StepDownTimeout", value => options.StepDownTimeout = value);
    }
}
