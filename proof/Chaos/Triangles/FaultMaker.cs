using NetMQ.HighAvailability.Chaos.Networks;
using NetMQ.HighAvailability.Chaos.Troubles;
using Processes;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>Does one fault after the other to a triangle of real processes, and waits until it is whole again.</summary>
internal sealed class FaultMaker(Triangle triangle, IReadOnlyList<Fault> kinds, Random dice)
{
    private const int Link = 0;

    private static TimeSpan H => Triangle.Heartbeat;

    private static TimeSpan F => Triangle.FailoverTimeout;

    /// <returns>What was done, in words.</returns>
    /// <exception cref="TimeoutException">The triangle did not come back.</exception>
    /// <exception cref="InvalidOperationException">Nobody could be ordered to hand over.</exception>
    public async Task<string> Do(Fault fault)
    {
        string done;
        if (fault == Fault.HandOver)
        {
            await triangle.ChangeHands();
            done = $"{fault}";
        }
        else if (fault == Fault.Two)
        {
            done = await DoTwo();
        }
        else
        {
            var end = await Begin(fault, triangle.Active ?? throw Nobody());
            await Rest();
            await end();
            done = $"{fault}";
        }

        await triangle.Settle();
        return done;
    }

    private async Task<string> DoTwo()
    {
        var active = triangle.Active ?? throw Nobody();
        Fault[] single = [.. kinds.Where(fault => fault != Fault.Two)];
        var first = single[dice.Next(single.Length)];
        Fault[] others = [.. single.Where(fault => fault != first && (Faults.PartsOf(fault) & Faults.PartsOf(first)) == 0)];
        var second = others[dice.Next(others.Length)];
        triangle.Journal.Add($"*** {first} and {second}");
        var endFirst = await Begin(first, active);
        if (dice.Next(2) == 0) await Rest();
        var endSecond = await Begin(second, active);
        await Rest();
        var (sooner, later) = dice.Next(2) == 0 ? (endFirst, endSecond) : (endSecond, endFirst);
        await sooner();
        if (dice.Next(2) == 0) await Rest();
        await later();
        return $"{first} and {second}";
    }

    // As often shorter than F as longer, and then sometimes longer than the lease.
    private Task Rest() => dice.Next(2) == 0 ? dice.Rest(H / 2, F) : dice.Rest(F, Triangle.Lease * 1.25);

    /// <returns>What ends it.</returns>
    private async Task<Func<Task>> Begin(Fault fault, Node active)
    {
        var passive = triangle.Other(active);
        var (sender, member) = (dice.Next(2), dice.Next(EtcdProcesses.Size));
        switch (fault)
        {
            case Fault.HandOver:
                active.HandOver();
                return () => Task.CompletedTask;
            case Fault.LinkCut: return Cut(null, Link);
            case Fault.LinkCutOneWay: return Cut(sender, Link);
            case Fault.ActiveArbiterCut: return Cut(null, Edge(active));
            case Fault.ActiveArbiterCutOneWay: return Cut(sender, Edge(active));
            case Fault.PassiveArbiterCut: return Cut(null, Edge(passive));
            case Fault.PassiveArbiterCutOneWay: return Cut(sender, Edge(passive));
            case Fault.ArbiterCut: return Cut(null, Edge(active), Edge(passive));
            case Fault.PassiveIsolated: return Cut(null, Link, Edge(passive));
            case Fault.ActiveIsolated: return Cut(null, Link, Edge(active));
            case Fault.FullPartition: return Cut(null, Link, Edge(active), Edge(passive));
            case Fault.ArbiterFrozen:
                triangle.Register.Freeze();
                return () => Undo(() => triangle.Register.Wake());
            case Fault.ArbiterKilled:
                await triangle.Register.KillAsync();
                return triangle.StartRegisterAsync;
            case Fault.MemberFrozen:
                triangle.Register.Freeze(member);
                return () => Undo(() => triangle.Register.Wake(member));
            case Fault.MemberKilled:
                await triangle.Register.KillAsync(member);
                return triangle.StartRegisterAsync;
            case Fault.PassiveKilled: return await Kill(passive);
            case Fault.ActiveKilled: return await Kill(active);
            case Fault.BothKilled: return await Kill(active, passive);
            case Fault.PassiveFrozen: return Freeze(passive);
            case Fault.ActiveFrozen: return Freeze(active);
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "There is no such fault.");
        }
    }

    private static async Task<Func<Task>> Kill(params Node[] nodes)
    {
        await Task.WhenAll(nodes.Select(node => node.Kill()));
        return () => Undo(() => Array.ForEach(nodes, node => node.Start()));
    }

    private static Func<Task> Freeze(Node node)
    {
        node.Freeze();
        return () => Undo(node.Wake);
    }

    private static Task Undo(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static int Edge(Node node) => 1 + node.Index;

    /// <param name="sender">Only what this end of the edge sends is lost; null: both ways are cut.</param>
    /// <param name="edges">Which.</param>
    private Func<Task> Cut(int? sender, params int[] edges)
    {
        SetAll(Way.Cut);
        return () => Undo(() => SetAll(Way.Free));

        void SetAll(Way way)
        {
            foreach (var cable in edges.Select(edge => triangle.Network.Cables[edge]))
            {
                if (sender is { } end) cable.Set(end, way);
                else cable.SetBoth(way);
            }

            triangle.Journal.Add($"edges {string.Join(", ", edges)}{(sender is { } only ? $" from end {only}" : "")}: {(way == Way.Cut ? "cut" : "free")}");
        }
    }

    private InvalidOperationException Nobody() => new($"Nobody is active; they are {triangle.Describe()}");
}
