using NetMQ.HighAvailability.Tests.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Who is served, and told the state, by a folder of public keys.</summary>
public sealed class KeyFolderTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly PairPorts ports = PairPorts.New();
    private readonly NetMQCertificate voter = new();
    private readonly Keys keys = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_client_is_served_from_when_its_key_is_added_until_it_is_removed()
    {
        var listed = NewKey("listed");
        using var node = Serving();
        using var known = Connect(node, listed);
        Wait.Until(() => IsAnswered(known), "the client in the list to be served");

        var late = new NetMQCertificate();
        using (var stranger = Connect(node, late))
        {
            Wait.Until(() => node.HasLogged(340), "the stranger to be refused");
            IsAnswered(stranger).Should().BeFalse();
            Write("late", late);
            Wait.Until(() => IsAnswered(stranger), "the stranger to be served once its key is in the folder");

            File.Delete(folder.File("late.key"));
            Wait.Until(() => !IsAnswered(stranger) && IsAnswered(known), "it alone to be cut off once its key is gone");
            IsAnswered(stranger).Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_client_of_ours_is_known_by_its_own_keys()
    {
        using var node = Serving();
        var options = new BinaryStarClientOptions
        {
            Servers = [node.Ports.VoterEndpoint(Primary)],
            ServerCertificate = NetMQCertificate.FromPublicKey(voter.PublicKey),
            Certificate = NewKey("ours"),
        };
        await using var client = new BinaryStarClient(options);

        (await client.RequestAsync("request"u8.ToArray())).Should().NotBeNull();
    }

    [Fact]
    public void A_client_in_the_list_cannot_take_anothers_identity()
    {
        using var node = Serving();
        var (owners, others) = (NewKey("owner"), NewKey("other"));
        using var owner = Connect(node, owners, "an identity");
        Wait.Until(() => IsAnswered(owner), "the owner to be served");

        using (var other = Connect(node, others, "an identity"))
        {
            Wait.Until(() => node.HasLogged(340), "the other to be refused");
            IsAnswered(other).Should().BeFalse();
            Wait.Until(() => IsAnswered(owner), "the owner to be served as before");
        }

        using var again = Connect(node, owners, "an identity");
        Wait.Until(() => IsAnswered(again), "the owner to be served on another connection too");
    }

    [Fact]
    public void A_key_file_that_is_damaged_changes_nothing_and_is_reported()
    {
        using var node = Serving();
        using var client = Connect(node, NewKey("listed"));
        Wait.Until(() => IsAnswered(client), "the client in the list to be served");

        File.WriteAllText(folder.File("broken.key"), "no key");
        Wait.Until(() => node.HasLogged(346), "the file to be reported");

        Wait.Until(() => IsAnswered(client), "the client to be served as before");
        File.Delete(folder.File("listed.key"));
        Wait.Until(() => !IsAnswered(client), "a key that is removed not to count any longer, whatever the others look like");
    }

    [Fact]
    public void A_monitor_receives_the_state_only_if_its_key_is_in_the_folder()
    {
        var listed = NewKey("monitor");
        using var node = new TestNode(Primary, ports, options =>
        {
            keys.Secure(options);
            options.MonitorKeyFolder = folder.FullName;
        }).Started();
        var endpoint = $"tcp://127.0.0.1:{ports.PrimaryState}";
        var nodeKey = NetMQCertificate.FromPublicKey(keys.Of(Primary).PublicKey);
        using var monitor = new StateSubscriber(endpoint, nodeKey, listed);
        using var stranger = new StateSubscriber(endpoint, nodeKey, new NetMQCertificate());
        using var plain = new StateSubscriber(endpoint);

        for (var received = 0; received < 10;)
        {
            stranger.TryReceive(out _).Should().BeFalse();
            plain.TryReceive(out _).Should().BeFalse();
            if (!monitor.TryReceive(out var state)) continue;
            state.Should().Be(BinaryStarState.Primary);
            received++;
        }
    }

    [Theory]
    [InlineData("", " must be a folder, and is empty*")]
    [InlineData("/no/such/folder", "*cannot be read*folder of public key files*")]
    public void A_folder_that_cannot_be_read_is_refused_by_name(string path, string message)
    {
        FluentActions.Invoking(() => new TestNode(Primary, ports, options =>
        {
            options.VoterCertificate = voter;
            options.VoterClientKeyFolder = path;
        })).Should().Throw<ArgumentException>().WithMessage($"VoterClientKeyFolder{message}");
    }

    [Fact]
    public void A_folder_of_client_keys_needs_keys_of_the_voter()
    {
        FluentActions.Invoking(() => new TestNode(Primary, ports, options => options.VoterClientKeyFolder = folder.FullName))
            .Should().Throw<ArgumentException>().WithMessage("VoterClientKeyFolder needs VoterCertificate*");
    }

    private static bool IsAnswered(DealerSocket client)
    {
        client.TrySendFrame("request");
        var answered = false;
        while (client.TryReceiveFrameString(TimeSpan.FromMilliseconds(200), out _)) answered = true;
        return answered;
    }

    private TestNode Serving() => new TestNode(Primary, ports, options =>
    {
        TestNode.Steady(options);
        options.VoterCertificate = voter;
        options.VoterClientKeyFolder = folder.FullName;
    }).Started();

    private DealerSocket Connect(TestNode node, NetMQCertificate own, string? identity = null)
    {
        var client = new DealerSocket();
        if (identity is not null) client.Options.Identity = System.Text.Encoding.ASCII.GetBytes(identity);
        client.Options.CurveCertificate = own;
        client.Options.CurveServerCertificate = NetMQCertificate.FromPublicKey(voter.PublicKey);
        client.Connect(node.Ports.VoterEndpoint(Primary));
        return client;
    }

    private NetMQCertificate NewKey(string name)
    {
        var certificate = new NetMQCertificate();
        Write(name, certificate);
        return certificate;
    }

    private void Write(string name, NetMQCertificate certificate) =>
        File.WriteAllText(folder.File(name + ".key"), $"metadata\ncurve\n    public-key = \"{certificate.PublicKeyZ85}\"\n");
}
