namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>Wrong options are refused at construction, by name and with the remedy.</summary>
public sealed class ClientOptionsTests
{
    [Fact]
    public async Task The_defaults_are_valid_once_servers_are_given()
    {
        await using var client = new BinaryStarClient(Valid());
        client.CurrentServer.Should().BeNull();
        client.Status.HasServer.Should().BeFalse();
    }

    [Fact]
    public void No_options_are_refused() => FluentActions.Invoking(() => new BinaryStarClient(null!)).Should().Throw<ArgumentNullException>();

    public static TheoryData<string, Action<BinaryStarClientOptions>, string> Wrong => new()
    {
        { "no server", o => o.Servers = [], "Servers must have*primary*backup*" },
        { "null servers", o => o.Servers = null!, "Servers must have*" },
        { "three servers", o => o.Servers = ["tcp://a:1", "tcp://b:1", "tcp://c:1"], "Servers must have*" },
        { "null server", o => o.Servers = [null!], "Servers has ''*tcp://host:port*" },
        { "malformed server", o => o.Servers = ["tcp://a:1", "b:5002"], "Servers has 'b:5002'*tcp://host:port*1 to 65535*" },
        { "wildcard", o => o.Servers = ["tcp://*:5001"], "Servers has 'tcp://*:5001', and each*" },
        { "one server twice", o => o.Servers = ["tcp://a:1", "tcp://a:1"], "Servers has 'tcp://a:1' twice*" },
        { "short request", o => o.RequestTimeout = TimeSpan.FromSeconds(1), "RequestTimeout must be from ServerTimeout*00:00:02, to 1.00:00:00*" },
        { "infinite request", o => o.RequestTimeout = Timeout.InfiniteTimeSpan, "RequestTimeout must be*" },
        { "long request", o => o.RequestTimeout = TimeSpan.FromDays(2), "RequestTimeout must be*" },
        { "short server", o => o.ServerTimeout = TimeSpan.FromMilliseconds(9), "ServerTimeout must be from 00:00:00.0100000 to 01:00:00*" },
        { "no settling", o => o.SettleTime = TimeSpan.Zero, "SettleTime must be from*" },
        { "no probing", o => o.ProbeInterval = TimeSpan.Zero, "ProbeInterval must be from 00:00:00.0010000 to 00:00:01*" },
        { "no places", o => o.MaxOutstanding = 0, "MaxOutstanding must be from 1 to 1,000,000*" },
        { "no request", o => o.MaxRequestBytes = 1023, "MaxRequestBytes must be from 1,024*" },
        { "no reply", o => o.MaxReplyBytes = 0, "MaxReplyBytes must be from 1*" },
        { "unknown delivery", o => o.Delivery = (DeliveryGuarantee)7, "Delivery must be AtLeastOnce or AtMostOnce, and is 7*" },
        { "no clock", o => o.TimeProvider = null!, "TimeProvider must not be null*" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_options_are_refused_by_name(string what, Action<BinaryStarClientOptions> spoil, string message)
    {
        var options = Valid();
        spoil(options);
        FluentActions.Invoking(() => new BinaryStarClient(options)).Should().Throw<ArgumentException>(what).WithMessage(message);
    }

    [Fact]
    public async Task A_request_without_frames_is_refused()
    {
        await using var client = new BinaryStarClient(Valid());
        var asking = () => client.RequestMultipartAsync([]);
        await asking.Should().ThrowAsync<ArgumentException>().WithMessage("*at least one frame*");
    }

    private static BinaryStarClientOptions Valid() => new() { Servers = ["tcp://127.0.0.1:5001", "tcp://127.0.0.1:5002"] };
}
