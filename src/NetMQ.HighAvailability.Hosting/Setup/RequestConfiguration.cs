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
        reader.Use<int>("MaxConcurrency", SectionReader.Number, value => options.MaxConcurrency = value, "a number");
        reader.Use<bool>("StartOnPollerThread", SectionReader.Bool, value => options.StartOnPollerThread = value, "true or false");
        reader.Use<bool>("OrderPerClient", SectionReader.Bool, value => options.OrderPerClient = value, "true or false");
        reader.Time("DrainTimeout", value => options.DrainTimeout = value);
        reader.Time("HandlerTimeout", value => options.HandlerTimeout = value);
        reader.Use<int>("RememberedReplies", SectionReader.Number, value => options.RememberedReplies = value, "a number");
        reader.Use<long>("RememberedBytes", SectionReader.Number, value => options.RememberedBytes = value, "a number");
    }
}
