using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes.Links;

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

    // The system itself repeats such an attempt after a second, when no time is left. That a machine may be so busy that
    // no time is left for the second attempt either is no fault of the probe's.
    [Fact]
    public void An_attempt_that_a_closing_listener_swallows_is_followed_by_another() =>
        Wait.Until(() => ProbeOneThatCloses().GetAwaiter().GetResult() is not null, "evidence in spite of an attempt without an answer");

    [Fact]
    public async Task Without_a_socket_to_try_with_there_is_no_evidence()
    {
        (await Probe(new OfNoKnownFamily())).Should().BeNull();
    }

    private static async Task<TimeSpan?> ProbeOneThatCloses()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var first = await ConnectedAsync(listener);
        using var second = await ConnectedAsync(listener); // the queue is full, and a third is not answered

        var probe = Probe((IPEndPoint)listener.LocalEndPoint!);
        listener.Close();
        return await probe;
    }

    private static async Task<TcpClient> ConnectedAsync(Socket listener)
    {
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!);
        return client;
    }

    private static Task<TimeSpan?> Probe(params IPEndPoint[] endpoints) =>
        CrashProbe.AllRefuseAsync(endpoints, () => TimeSpan.Zero, TimeProvider.System);

    private sealed class OfNoKnownFamily() : IPEndPoint(IPAddress.Loopback, 1)
    {
        public override AddressFamily AddressFamily => AddressFamily.Banyan;
    }
}
