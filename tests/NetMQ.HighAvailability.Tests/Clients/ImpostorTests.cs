using System.Collections.Concurrent;
using System.Text;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>Who is in a server's place without its key is told nothing, and not believed.</summary>
public sealed class ImpostorTests
{
    private const string Secret = "a request that nobody else may read";

    private static readonly byte[] CurveGreeting = Greeting("CURVE", asServer: true);

    private static readonly Dictionary<string, byte[]> Claims = new()
    {
        ["no security"] = [.. NullGreeting, .. Ready],
        ["ZMTP 2.0, which knows no security"] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 6, 0, 0],
        ["ZMTP 1.0, which knows no security"] = [1, 0],
        ["the client's place"] = [.. Greeting("CURVE"), .. Command("HELLO", new byte[194])],
        ["READY before WELCOME"] = [.. CurveGreeting, .. Command("READY", Property("X", -1, ""))],
        ["READY without a seal"] = [.. CurveGreeting, .. Ready],
        ["a message before WELCOME"] = [.. CurveGreeting, 0, 1, 1],
        ["an empty WELCOME"] = [.. CurveGreeting, .. Command("WELCOME")],
        ["a WELCOME by somebody else"] = [.. CurveGreeting, .. Command("WELCOME", new byte[160])],
        ["an ERROR"] = [.. CurveGreeting, .. Command("ERROR", 0)],
    };

    public static TheoryData<string> Names => new(Claims.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_impostor_gets_no_request_and_is_cut_off(string what)
    {
        var received = new ConcurrentQueue<byte[]>();
        using var impostor = new RogueServer((socket, _) =>
        {
            socket.Send(Claims[what]);
            received.Enqueue(ReadToEnd(socket));
        });
        await using var client = new TestClient([impostor.Endpoint], options =>
        {
            options.RequestTimeout = TimeSpan.FromSeconds(1);
            options.ServerCertificate = NetMQCertificate.FromPublicKey(new NetMQCertificate().PublicKey);
        });

        var asking = () => client.Ask(Secret);
        (await asking.Should().ThrowAsync<RequestTimeoutException>()).Which.MayHaveBeenExecuted.Should().BeFalse();

        received.Should().NotBeEmpty("it was cut off");
        received.Select(Encoding.ASCII.GetString).Should().NotContain(bytes => bytes.Contains(Secret));
        client.LogCount(513).Should().BePositive();
        client.Status.Answered.Should().Be(0);
    }
}
