namespace NetMQ.HighAvailability.Tests;

/// <summary>The snapshots have one shape, which an application's own tests can construct.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void A_status_needs_no_more_than_role_and_state()
    {
        var status = new BinaryStarStatus { Role = BinaryStarRole.Backup, State = BinaryStarState.Passive };

        status.Paths.Should().BeEmpty();
        status.PeerState.Should().BeNull();
        (status with { Term = 3 }).Should().NotBe(status);
    }

    [Fact]
    public void Paths_and_the_clients_status_can_be_constructed()
    {
        var path = new BinaryStarPath { RemoteEndpoint = "tcp://one:1", LastReceived = TimeSpan.FromSeconds(1), Alive = true };
        var client = new BinaryStarClientStatus { CurrentServer = "tcp://one:1", HasServer = true, Answered = 5 };

        path.Should().Be(path with { });
        client.Should().Be(new BinaryStarClientStatus { CurrentServer = "tcp://one:1", HasServer = true, Answered = 5 });
    }

    [Theory]
    [InlineData(typeof(BinaryStarStatus))]
    [InlineData(typeof(BinaryStarClientStatus))]
    [InlineData(typeof(BinaryStarPath))]
    public void Every_property_can_be_set(Type snapshot) => snapshot.GetProperties().Should().OnlyContain(property => property.SetMethod != null && property.SetMethod.IsPublic);
}
