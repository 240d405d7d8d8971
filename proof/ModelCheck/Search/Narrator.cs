using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck.Search;

/// <summary>Describes a sequence of steps in plain text.</summary>
internal sealed class Narrator(Successors successors)
{
    private readonly List<string> lines = [];
    private int tick;

    public IReadOnlyList<string> Describe(IEnumerable<Step> steps)
    {
        var world = successors.Initial;
        var idle = 0;
        foreach (var step in steps)
        {
            var from = lines.Count;
            if (step.Kind == StepKind.Tick) AddTick(world, step);
            else lines.Add($"tick {tick + 1,3}: {Between(step)}");
            idle = lines.Count == from ? idle + 1 : 0;
            world = step.World;
            if (step.Violation != Outcome.Safe) lines.Add($"          => {Verdict(step.Violation)}");
        }

        return lines;
    }

    private void AddTick(World world, in Step step)
    {
        tick++;
        var first = step.BackupFirst ? 1 : 0;
        AddTurn(ref world, first, step.First);
        AddTurn(ref world, 1 - first, step.Second);
    }

    private void AddTurn(ref World world, int who, in TurnChoice choice)
    {
        if (choice.Stays) return;
        var story = new List<string>();
        successors.Nodes[who].Take(ref world, choice, story);
        if (story.Count == 0) return;
        var after = world.Node(who);
        var state = EngineCodec.StatusOf(after) == Status.Dead ? "gone" : successors.Nodes[who].Describe(after);
        lines.Add($"tick {tick,3}: {Names.Name(who)} {string.Join(", ", story)} [{state}]");
    }

    private static string Between(in Step step) => step.Kind switch
    {
        StepKind.Boot => $"{Names.Name(step.Detail)} is started",
        StepKind.Crash => $"{Names.Name(step.Detail)} CRASHES",
        StepKind.Pause => $"{Names.Name(step.Detail)} IS PAUSED",
        StepKind.LinkFault => $"link fault begins: {(LinkFaults)step.Detail}",
        StepKind.Heal => "the link heals",
        StepKind.Calm => "the faults are over; from here on requests arrive at every turn",
        _ => step.Kind.ToString(),
    };

    private static string Verdict(Outcome outcome) => outcome switch
    {
        Outcome.DualAccept => "two live nodes accept at the same time",
        Outcome.Fatal => "a node has ended itself without being misconfigured",
        Outcome.NotServing => "not exactly one node serves, for good, though the time for it is over",
        _ => outcome.ToString(),
    };
}
