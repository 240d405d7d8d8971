using NetMQ.HighAvailability.Nodes;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>State, term and status are views of one snapshot.</summary>
public sealed class NodeStatusTests
{
    private readonly PairEngine engine = new(BinaryStarRole.Primary, Timing.From(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)), DualActivePolicy.BackupYields);

    public NodeStatusTests() => engine.Start(TimeSpan.Zero);

    [Fact]
    public async Task No_reader_ever_sees_state_term_and_status_disagree()
    {
        const int Terms = 20_000;
        using var status = new NodeStatus(engine, paths: 0, pair: null);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadUntilTerm(status, Terms))).ToArray();

        for (var term = 1; term <= Terms; term++)
        {
            status.Change(BinaryStarState.Active, engine, term, null, default, []);
            status.Update(engine, term, default, []);
            if (term < Terms) status.Change(BinaryStarState.Yielding, engine, term, null, default, []);
            if (term % 16 == 0) Thread.Yield();
        }

        (await Task.WhenAll(readers)).Should().OnlyContain(compared => compared > 0);
    }

    [Fact]
    public async Task A_term_is_over_when_the_state_is()
    {
        using var status = new NodeStatus(engine, paths: 0, pair: null);
        var awaited = status.NextTermAsync(default);

        status.Change(BinaryStarState.Active, engine, 1, null, default, []);
        var term = await awaited;
        status.Term.Should().BeSameAs(term);
        term.Token.IsCancellationRequested.Should().BeFalse();

        status.Change(BinaryStarState.Yielding, engine, 1, null, default, []);
        term.Token.IsCancellationRequested.Should().BeTrue();
        (status.Term, status.State).Should().Be((null, BinaryStarState.Yielding));
        status.NextTermAsync(default).IsCompleted.Should().BeFalse();
    }

    // How often it could compare: when nothing changed between the first look and the last.
    private static int ReadUntilTerm(NodeStatus status, int last)
    {
        for (var compared = 0; ; )
        {
            var (number, term) = (status.Read(() => default).Term, status.Term);
            var state = status.State;
            var reading = status.Read(() => default);
            if (term != status.Term || number != status.Read(() => default).Term) continue;

            compared++;
            reading.State.Should().Be(state);
            (term is not null).Should().Be(state == BinaryStarState.Active);
            if (term is not null) term.Number.Should().Be(reading.Term);
            if (reading.Term == last && state == BinaryStarState.Active) return compared;
        }
    }
}
