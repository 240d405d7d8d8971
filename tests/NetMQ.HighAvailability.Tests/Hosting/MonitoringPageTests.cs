using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>docs/monitoring.md has a row for each thing that can be seen of a node, a client or a host, and no other.</summary>
public sealed class MonitoringPageTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "monitoring.md"));

    [Fact]
    public void Every_log_event_has_an_id_of_its_own_and_a_row()
    {
        var events = new[] { typeof(BinaryStar), typeof(HostedBinaryStar) }
            .SelectMany(package => package.Assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .ToList();

        events.Select(e => e.EventId).Should().OnlyHaveUniqueItems();
        Rows()
            .Where(row => char.IsDigit(row[0][0]))
            .SelectMany(row => row[0].Split(", ").Select(id => (int.Parse(id, CultureInfo.InvariantCulture), row[1])))
            .Should().BeEquivalentTo(events.Select(e => (e.EventId, e.Level.ToString())));
    }

    [Fact]
    public async Task Every_instrument_has_a_row()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (instruments) if (instrument.Meter.Name == BinaryStar.MeterName) instruments.Add(instrument);
            },
        };
        using var node = new TestNode(BinaryStarRole.Primary, PairPorts.New());
        await using var client = TestClient.Of(PairPorts.New());
        listener.Start();

        lock (instruments)
        {
            Rows()
                .Where(row => row[0].StartsWith("`binarystar.", StringComparison.Ordinal))
                .Select(row => (row[0].Trim('`'), row[1], row[2].Trim('`')))
                .Should().BeEquivalentTo(instruments.DistinctBy(i => i.Name).Select(i => (i.Name, Kind(i), i.Unit)));
        }
    }

    private static IEnumerable<string[]> Rows() =>
        Page.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableUpDownCounter" => "up-down counter",
        "Counter" or "ObservableCounter" => "counter",
        "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => other,
    };
}
