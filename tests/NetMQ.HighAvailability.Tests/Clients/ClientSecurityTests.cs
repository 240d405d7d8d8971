using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A client and a pair whose voters have keys.</summary>
public sealed class ClientSecurityTests
{
    private readonly NetMQCertificate voter = new();

    [Fact]
    public async Task A_client_that_knows_the_servers_key_is_served_through_a_hand_over()
    {
        var (primary, backup) = TestNode.StartedPair(options => options.VoterCertificate = voter);
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports, options => options.ServerCertificate = NetMQCertificate.FromPublicKey(voter.PublicKey));

        await client.Ask();
        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        await client.Ask();

        client.Client.CurrentServer.Should().Be(primary.Ports.VoterEndpoint(BinaryStarRole.Backup));
    }

    [Fact]
    public async Task One_that_knows_it_is_served_by_a_server_of_NetMQs_own_with_frames_of_any_size()
    {
        using var server = new RouterSocket();
        server.Options.CurveServer = true;
        server.Options.CurveCertificate = voter;
        var port = server.BindRandomPort("tcp://127.0.0.1");
        await using var client = new TestClient([$"tcp://127.0.0.1:{port}"], options =>
        {
            TestClient.Patient(options);
            options.ServerCertificate = NetMQCertificate.FromPublicKey(voter.PublicKey);
        });
        ReadOnlyMemory<byte>[] frames = [ReadOnlyMemory<byte>.Empty, new byte[1], new byte[255], new byte[300_000]];

        var asked = client.Client.RequestMultipartAsync(frames);
        var request = new NetMQMessage();
        Wait.Until(() => server.TryReceiveMultipartMessage(ref request), "the request");
        server.SendMultipartMessage(request);

        (await asked).Select(frame => frame.Length).Should().Equal(0, 1, 255, 300_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_knows_none_or_a_wrong_one_is_not(bool withKey)
    {
        var (primary, backup) = TestNode.StartedPair(options => options.VoterCertificate = voter);
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports, options =>
        {
            options.RequestTimeout = TimeSpan.FromSeconds(1);
            options.ServerCertificate = withKey ? new NetMQCertificate() : null;
        });

        await FluentActions.Awaiting(() => client.Ask()).Should().ThrowAsync<RequestTimeoutException>();

        primary.Star.Status.VotesAccepted.Should().Be(0);
        backup.Star.Status.VotesRejected.Should().Be(0);
    }
}
