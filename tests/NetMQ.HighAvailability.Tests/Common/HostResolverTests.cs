using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Common;

/// <summary>Which address each dial gets.</summary>
public sealed class HostResolverTests
{
    private static readonly TcpEndpoint Named = new("peer.example", 5003);
    private static readonly IPAddress[] Three = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3")];

    [Fact]
    public void Each_lookup_gives_the_next_address_and_after_the_last_the_first()
    {
        var resolver = Of(_ => Task.FromResult(Three));

        Dials(resolver, 4).Should().Equal(Three[0], Three[1], Three[2], Three[0]);
        resolver.Addresses.Should().Equal(Three);
    }

    [Fact]
    public void An_address_literal_is_not_looked_up()
    {
        var resolver = new HostResolver(new TcpEndpoint("192.0.2.9", 5003), _ => throw new InvalidOperationException("looked up"), command => command());

        Dials(resolver, 2).Should().Equal(IPAddress.Parse("192.0.2.9"), IPAddress.Parse("192.0.2.9"));
        resolver.IsName.Should().BeFalse();
    }

    [Fact]
    public void Between_two_lookups_each_address_is_tried_once()
    {
        var resolver = Of(_ => Task.FromResult(Three));
        resolver.HasUntried.Should().BeFalse();
        Dials(resolver, 1);

        resolver.HasUntried.Should().BeTrue();
        resolver.Next().Should().Be(Three[1]);
        resolver.Next().Should().Be(Three[2]);
        resolver.HasUntried.Should().BeFalse();
    }

    [Fact]
    public void A_new_lookup_may_change_the_addresses()
    {
        var found = Three;
        var resolver = Of(_ => Task.FromResult(found));
        Dials(resolver, 2);

        found = [Three[2], Three[1], Three[0]];
        Dials(resolver, 1).Should().Equal(Three[0]);
        found = [Three[2]];
        Dials(resolver, 1).Should().Equal(Three[2]);
        resolver.Addresses.Should().Equal(Three[2]);
    }

    [Fact]
    public void After_a_failed_lookup_the_known_addresses_are_tried_in_turn_and_the_failure_is_reported()
    {
        var fails = false;
        var resolver = Of(_ => fails ? throw new SocketException((int)SocketError.HostNotFound) : Task.FromResult(Three));
        Dials(resolver, 1);
        fails = true;

        string? reported = null;
        IPAddress? used = null;
        resolver.LookUpNext((address, failure) => (used, reported) = (address, failure));

        used.Should().Be(Three[1]);
        reported.Should().NotBeNull();
    }

    [Fact]
    public void A_lookup_that_refuses_the_name_does_not_end_all_lookups()
    {
        var fails = true;
        var resolver = Of(_ => fails ? throw new ArgumentOutOfRangeException("name", "too long") : Task.FromResult(Three));
        string? reported = null;
        resolver.LookUpNext((_, failure) => reported = failure);
        reported.Should().Contain("too long");

        fails = false;
        Dials(resolver, 1).Should().Equal(Three[0]);
    }

    [Fact]
    public void A_name_without_an_address_gives_none_and_says_why()
    {
        var resolver = Of(_ => Task.FromResult<IPAddress[]>([]));
        var reported = "";
        resolver.LookUpNext((address, failure) => reported = $"{address}{failure}");
        reported.Should().Be("it has no address");
    }

    [Fact]
    public void Beside_a_slow_lookup_the_known_addresses_are_tried_in_turn()
    {
        var pending = Task.FromResult(Three);
        var resolver = Of(_ => pending);
        Dials(resolver, 1);
        pending = new TaskCompletionSource<IPAddress[]>().Task;
        resolver.LookUpNext((_, _) => { });

        Dials(resolver, 2).Should().Equal(Three[1], Three[2]);
    }

    [Fact]
    public void A_peer_is_not_taken_for_crashed_before_every_address_of_its_name_was_asked()
    {
        using var link = new StateLink(
            [], [Named], _ => Task.FromResult(Three), keys: null, hasArbiter: false, Timing.From(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)), new LoopSignal(), new Clock(TimeProvider.System),
            post: command => command(), new LogThrottle(), NullLogger.Instance);
        link.Addresses().Should().BeNull();

        link.Dial(TimeSpan.Zero);

        link.Addresses().Should().Equal(Three.Select(address => new IPEndPoint(address, Named.Port)));
    }

    private static HostResolver Of(HostLookup lookUp) => new(Named, lookUp, command => command());

    private static List<IPAddress?> Dials(HostResolver resolver, int count)
    {
        var given = new List<IPAddress?>();
        for (var i = 0; i < count; i++) resolver.LookUpNext((address, _) => given.Add(address));
        return given;
    }
}
