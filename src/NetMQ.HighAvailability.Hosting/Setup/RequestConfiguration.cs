using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>Reads how a pair's asynchronous handler is given its requests, from a section within the pair's own.</summary>
internal sealed class RequestConfiguration(string name, IConfiguration section, PairSetup setup)
{
    public const string Key = "Requests";

    private static readonly string[] Known =
    [
        "MaxConcurrency", "StartOnPollerThread", "OrderPerClient", "DrainTimeout", "HandlerTimeout", "RememberedReplies", "RememberedBytes",
    ];

    private readonly SectionReader reader = new(name, typeof(VoterOptions), section);

    /// <exception cref="OptionsValidationException">A key is unknown, a value malformed, or nothing would use them; the message names it.</exception>
    public void Read(VoterOptions options)
    {
        reader.ExpectSection();
        if (setup is { Handlers.Count: > 0, AsyncHandlers.Count: 0 }) reader.ExpectNone("the pair's handler is not asynchronous.");
        reader.Expect(Known, "handler");
        reader.Number("MaxConcurrency", (int value) => options.MaxConcurrency = value);
        reader.Flag("StartOnPollerThread", value => options.StartOnPollerThread = value);
        reader.Flag("OrderPerClient", value => options.OrderPerClient = value);
        reader.Time("DrainTimeout", value => options.DrainTimeout = value);
        reader.Time("HandlerTimeout", value => options.HandlerTimeout = value);
        reader.Number("RememberedReplies", (int value) => options.RememberedReplies = value);
        reader.Number("RememberedBytes", (long value) => options.RememberedBytes = value);
    }
}
