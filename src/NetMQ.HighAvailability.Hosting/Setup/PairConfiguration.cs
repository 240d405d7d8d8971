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

        reader.Name<BinaryStarPreset>("Preset", options.Apply); // first: others refine it
        if (reader.Value("Name") is { } given) options.Name = given;
        reader.Name<BinaryStarRole>("Role", value => options.Role = value);
        if (reader.List("LocalEndpoints") is { } locals) options.LocalEndpoints = locals;
        if (reader.List("RemoteEndpoints") is { } remotes) options.RemoteEndpoints = remotes;
        reader.Time("HeartbeatInterval", value => options.HeartbeatInterval = value);
        reader.Time("FailoverTimeout", value => options.FailoverTimeout = value);
        reader.Time("PeerHeartbeatInterval", value => options.PeerHeartbeatInterval = value);
        reader.Time("PeerFailoverTimeout", value => options.PeerFailoverTimeout = value);
        reader.Name<DualActivePolicy>("DualActivePolicy", value => options.DualActivePolicy = value);
        reader.Name<HandlerFaultPolicy>("HandlerFaults", value => options.HandlerFaults = value);
        reader.Flag("DetectCrash", value => options.DetectCrash = value);
        reader.Flag("WarmUpOnStart", value => options.WarmUpOnStart = value);
        reader.Number("VoterHighWatermark", (int value) => options.VoterHighWatermark = value);
        reader.Number("VoterMaxRequestBytes", (int value) => options.VoterMaxRequestBytes = value);
        reader.Keys("CertificateFile", value => options.Certificate = value);
        reader.Keys("PeerCertificateFile", value => options.PeerCertificate = value);
        reader.Keys("VoterCertificateFile", value => options.VoterCertificate = value);
        if (reader.Value("VoterClientKeyFolder") is { } clients) options.VoterClientKeyFolder = clients;
        if (reader.Value("MonitorKeyFolder") is { } monitors) options.MonitorKeyFolder = monitors;
        reader.Flag("UseNetMQRouter", value => options.UseNetMQRouter = value);
        reader.Name<ArbiterPolicy>("ArbiterPolicy", value => options.ArbiterPolicy = value);
        reader.Time("ArbiterLease", value => options.ArbiterLease = value);
    }

    /// <exception cref="OptionsValidationException">A value is malformed; the message names it.</exception>
    public void Read(BinaryStarHostOptions options)
    {
        if (reader.Value("VoterEndpoint") is { } endpoint) options.VoterEndpoint = endpoint;
        reader.Name("VoterType", value => options.VoterType = value, ZmqSocketType.Router, ZmqSocketType.Dealer, ZmqSocketType.Pull, ZmqSocketType.Sub);
        reader.Time("StepDownTimeout", value => options.StepDownTimeout = value);
    }
}
