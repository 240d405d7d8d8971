using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Transport;

namespace NetMQ.HighAvailability.Tests.Transport;

/// <summary>Which answers to a connection attempt are evidence of a dead process.</summary>
public sealed class CrashProbeTests
{
    private static readonly IPEndPoint Refusing = new(IPAddress.Loopback, Ports.Free());

    [Fact]
    public async Task Refusal_by_every_endpoint_is_evidence()
    {
        var at = await Probe(Refusing, new IPEndPoint(IPAddress.Loopback, Ports.Free()));

        at.Should().NotBeNull();
    }

    [Fact]
    public async Task One_endpoint_that_listens_is_enough_doubt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var at = await Probe(Refusing, (IPEndPoint)listener.LocalEndpoint);

        at.Should().BeNull();
    }

    [Fact]
    public async Task An_unreachable_network_is_no_evidence()
    {
        var at = await Probe(new IPEndPoint(IPAddress.Parse("240.0.0.1"), 5003));

        at.Should().BeNull();
    }

    [Fact]
    public async Task Evidence_is_dated_before_the_refusals_that_it_rests_on()
    {
        var calls = 0;

        var at = await CrashProbe.AllRefuseAsync([Refusing], () => TimeSpan.FromSeconds(++calls), TimeProvider.System);

        at.Should().Be(TimeSpan.FromSeconds(2), "two rounds are needed, and the second one counts");
    }

    private static Task<TimeSpan?> Probe(params IPEndPoint[] endpoints) =>
        CrashProbe.AllRefuseAsync(endpoints, () => TimeSpan.Zero, TimeProvider.System);
}
