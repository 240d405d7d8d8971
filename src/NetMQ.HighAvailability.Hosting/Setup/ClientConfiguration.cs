using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>Reads a client's section of the configuration.</summary>
internal sealed class ClientConfiguration(string name, IConfiguration section)
{
    private static readonly string[] Known =
    [
        "Servers", "RequestTimeout", "ServerTimeout", "SettleTime", "ProbeInterval", "MaxOutstanding", "MaxRequestBytes", "MaxReplyBytes", "Delivery", "ServerCertificateFile", "CertificateFile",
    ];

    private readonly SectionReader reader = new(name, typeof(BinaryStarClientOptions), section);

    /// <exception cref="OptionsValidationException">A key is unknown or a value malformed; the message names it.</exception>
    public void Read(BinaryStarClientOptions options)
    {
        reader.Expect(Known, "client");
        if (reader.List("Servers") is { } servers) options.Servers = servers;
        reader.Time("RequestTimeout", value => options.RequestTimeout = value);
        reader.Time("ServerTimeout", value => options.ServerTimeout = value);
        reader.Time("SettleTime", value => options.SettleTime = value);
        reader.Time("ProbeInterval", value => options.ProbeInterval = value);
        reader.Number("MaxOutstanding", (int value) => options.MaxOutstanding = value);
        reader.Number("MaxRequestBytes", (int value) => options.MaxRequestBytes = value);
        reader.Number("MaxReplyBytes", (int value) => options.MaxReplyBytes = value);
        reader.Name<DeliveryGuarantee>("Delivery", value => options.Delivery = value);
        reader.Keys("ServerCertificateFile", value => options.ServerCertificate = value);
        reader.Keys("CertificateFile", value => options.Certificate = value);
    }
}
