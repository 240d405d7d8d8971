using System.Globalization;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Tests.Stories;

/// <summary>Replays a story with two shipped engines, and complains of the first step that ends otherwise.</summary>
internal sealed class Storyteller : IWitness
{
    private readonly Story story;
    private readonly FairWeather weather;
    private readonly PairWorld world;
    private readonly List<string> transcript = [];

    private Storyteller(Story story)
    {
        this.story = story;
        var h = Setting("heartbeat", 500);
        weather = new FairWeather(h / 10) { Delayed = Setting("delay", 10) };
        var timing = Timing.From(h, Setting("failover", 2000));
        timing = timing with { Lease = Setting("lease", timing.Lease.TotalMilliseconds) };
        var policy = story.Settings.GetValueOrDefault("policy") == "abort" ? DualActivePolicy.Abort : DualActivePolicy.BackupYields;
        world = new PairWorld(timing, policy, weather, this);
    }

    public bool WantsTranscript => true;

    /// <exception cref="StoryException">A step ended otherwise than the story says.</exception>
    public static IReadOnlyList<string> Tell(Story story)
    {
        var teller = new Storyteller(story);
        foreach (var step in story.Steps) teller.Play(step);
        return teller.transcript;
    }

    public void Record(SimNode node, string text) =>
        transcript.Add(string.Create(CultureInfo.InvariantCulture, $"{world.Now.TotalMilliseconds,8} {node.Role,-7} {text}"));

    public void Lost(SimNode receiver) => Record(world.OtherThan(receiver), "was not received: the message is lost");

    void IWitness.Changed(SimNode node, Transition transition)
    {
    }

    void IWitness.Accepted(SimNode node)
    {
    }

    void IWitness.Started(SimNode node)
    {
    }

    void IWitness.Woke(SimNode node)
    {
    }

    void IWitness.Ended(SimNode node, ReceiveResult? fatal)
    {
    }

    private TimeSpan Setting(string name, double usual) => TimeSpan.FromMilliseconds(
        story.Settings.TryGetValue(name, out var value) ? double.Parse(value, CultureInfo.InvariantCulture) : usual);

    private void Play(StoryStep step)
    {
        world.RunUntil(step.At);
        var outcome = Do(step);
        world.RunUntil(step.At);

        if (step.Outcome is not null) Expect(step, $"'{step.Act}' to end", step.Outcome, outcome ?? "nothing");
        Expect(step, "the primary to be", step.Primary, StateOf(world.Nodes[0]));
        Expect(step, "the backup to be", step.Backup, StateOf(world.Nodes[1]));
    }

    private string? Do(StoryStep step)
    {
        string? outcome = null;
        switch (step.Act.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            case []: break;
            case ["start", "both"]: Each(node => node.Start()); break;
            case ["start", var who]: Node(who).Start(); break;
            case ["kill", "both"]: Each(node => node.Kill()); break;
            case ["kill", var who]: Node(who).Kill(); break;
            case ["stop", var who]: Node(who).Stop(); break;
            case ["pause", var who]: Node(who).Pause(); break;
            case ["resume", var who]: Node(who).Resume(); break;
            case ["resume", var who, "in", "its", "turn"]: Node(who).Resume(inTurn: true); break;
            case ["ask", var who]: outcome = Node(who).Ask() ? "accepted" : "rejected"; break;
            case ["promote", var who]: outcome = Node(who).Promote().ToString(); break;
            case ["hand", "over", var who]: outcome = Node(who).HandOver() ? "done" : "refused"; break;
            case ["evidence", "to", var who]: outcome = Node(who).LearnOfCrash() ? "counts" : "void"; break;
            case ["garbage", "to", var who]: world.Inject(Node(who), 9); break;
            case ["stranger", "sends", var digit, "to", var who]: world.Inject(Node(who), Number(digit)); break;
            case ["lose", var count, "to", var who]: world.LinkTo(Node(who)).LoseNext = Number(count); break;
            case ["clock", "of", var who, var by]: Node(who).StepClock(TimeSpan.FromMilliseconds(Number(by))); break;
            case ["drift", "of", var who, var ppm]: Node(who).Drift(Number(ppm)); break;
            case ["delay", var ms]: weather.Delayed = TimeSpan.FromMilliseconds(Number(ms)); break;
            case ["cut", "both"]: SetFault(LinkFault.Cut, 0, 1); break;
            case ["cut", "to", var who]: SetFault(LinkFault.Cut, Node(who).Index); break;
            case ["stall", "both"]: SetFault(LinkFault.Stall, 0, 1); break;
            case ["stall", "to", var who]: SetFault(LinkFault.Stall, Node(who).Index); break;
            case ["heal"]: SetFault(LinkFault.None, 0, 1); break;
            default: throw new StoryException($"{story.Name}, line {step.Line}: there is no act '{step.Act}'.");
        }

        return outcome;

        SimNode Node(string name) => name switch
        {
            "primary" => world.Nodes[PairWorld.Primary],
            "backup" => world.Nodes[PairWorld.Backup],
            _ => throw new StoryException($"{story.Name}, line {step.Line}: there is no node '{name}'."),
        };
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    private void Each(Action<SimNode> act)
    {
        foreach (var node in world.Nodes) act(node);
    }

    private void SetFault(LinkFault fault, params ReadOnlySpan<int> to)
    {
        foreach (var node in to) world.SetFault(node, fault);
    }

    private static string StateOf(SimNode node) => node.Status switch
    {
        ProcessStatus.Dead => node.Life == 0 ? "-" : "dead",
        ProcessStatus.Paused => "paused",
        _ => node.State.ToString(),
    };

    private void Expect(StoryStep step, string what, string expected, string found)
    {
        if (found == expected) return;
        throw new StoryException(
            $"{story.Name}, line {step.Line}: expected {what} {expected}, found {found}.\nWhat happened until then:\n"
            + string.Join('\n', transcript.TakeLast(60)));
    }
}

/// <summary>A step of a story ended otherwise than the story says.</summary>
internal sealed class StoryException(string message) : Exception(message);
