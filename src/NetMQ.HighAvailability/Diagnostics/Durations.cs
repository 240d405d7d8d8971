using System.Diagnostics.Metrics;

namespace NetMQ.HighAvailability.Diagnostics;

/// <summary>Creates histograms of durations, for nodes and clients.</summary>
internal static class Durations
{
    // From a fast turn to a slow failover; the SDK's default buckets are meant for milliseconds.
    private static readonly double[] Seconds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    public static Histogram<double> Of(Meter meter, string name, string description) => meter.CreateHistogram<double>(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
}
