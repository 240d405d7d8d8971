using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>The arbiter that other tests use keeps the same contract as the real ones.</summary>
public sealed class InMemoryArbiterTests() : ArbiterContract(new Store())
{
    private readonly InMemoryArbiter arbiter = new();

    [Fact]
    public async Task A_call_that_hangs_fails_if_the_test_wants_it_to()
    {
        arbiter.Freeze();
        var write = arbiter.TryWriteAsync("orders", null, Claim(), default);
        write.IsCompleted.Should().BeFalse();

        arbiter.Wake(carryOut: false);

        await write.Invoking(it => it).Should().ThrowAsync<IOException>();
        arbiter["orders"].Should().BeNull();
    }

    [Fact]
    public async Task A_cancelled_write_is_carried_out_later()
    {
        using var heartbeat = new CancellationTokenSource();
        arbiter.Freeze();
        var write = arbiter.TryWriteAsync("orders", null, Claim(7), heartbeat.Token);
        await heartbeat.CancelAsync();
        await write.Invoking(it => it).Should().ThrowAsync<OperationCanceledException>();

        arbiter.Wake();

        arbiter["orders"]!.Claim.Token.Should().Be(7);
    }

    [Fact]
    public async Task A_lost_answer_is_of_a_write_that_was_carried_out()
    {
        arbiter.LosesAnswers = true;

        await arbiter.Invoking(it => it.TryWriteAsync("orders", null, Claim(7), default)).Should().ThrowAsync<IOException>();

        arbiter["orders"]!.Claim.Token.Should().Be(7);
        arbiter.Written.Should().ContainSingle();
        arbiter.Calls.Should().Be(1);
    }

    private sealed class Store : IArbiterStore
    {
        private readonly InMemoryArbiter arbiter = new();

        public int Races => 10_000;

        public IReadOnlyList<string> Damages => [];

        public IArbiter Connect() => arbiter;

        public Task SpoilAsync(string pair, string damage) => throw new NotSupportedException();

        public Task DeleteAsync(string pair)
        {
            arbiter.Delete(pair);
            return Task.CompletedTask;
        }

        public void Freeze() => arbiter.Freeze();

        public void Wake() => arbiter.Wake();

        public void Kill() => arbiter.IsDown = true;

        public Task StartAsync()
        {
            arbiter.IsDown = false;
            return Task.CompletedTask;
        }
    }
}
