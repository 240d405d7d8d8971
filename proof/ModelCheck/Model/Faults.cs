namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>A step between two ticks.</summary>
internal enum StepKind : byte
{
    Tick,
    Boot,
    Crash,
    Pause,
    LinkFault,
    Heal,
    Calm,
}

/// <summary>What happens to processes and links between the ticks.</summary>
internal sealed class Faults(Scenario scenario, Clockwork clockwork)
{
    public static World Initial(Scenario scenario, Clockwork clockwork) => new()
    {
        Primary = EngineCodec.Absent(Status.Dead, clockwork.DeadMax),
        Backup = EngineCodec.Absent(Status.Dead, clockwork.DeadMax),
        Chances = Chances.Of(scenario),
    };

    /// <summary>A process ends. What it has sent still arrives.</summary>
    public static void End(ref World world, int who, int clock)
    {
        world.SetNode(who, EngineCodec.Absent(Status.Dead, clock));
        world.SetTo(who, default);
    }

    /// <summary>The faults are over.</summary>
    public static World Calm(World world, bool keepsLinkFault)
    {
        world.Chances = world.Chances.Calmed(keepsLinkFault);
        return world;
    }

    public void Add(in World world, List<Step> steps)
    {
        for (var who = 0; who < 2; who++) AddNodeFaults(world, who, steps);
        AddLinkFaults(world, steps);
    }

    private void AddNodeFaults(in World world, int who, List<Step> steps)
    {
        var node = world.Node(who);
        var status = EngineCodec.StatusOf(node);
        var chances = world.Chances;
        if (status == Status.Dead)
        {
            if (EngineCodec.ClockOf(node) < clockwork.RestartAfter) return;
            var next = world;
            next.SetNode(who, EngineCodec.Absent(Status.Booting, 0));
            next.SetTo(who, Link.Renewed);
            next.SetTo(1 - who, world.To(1 - who).WithNewPublisher());
            if (EngineCodec.StatusOf(world.Node(1 - who)) == Status.Dead) next.SetTo(1 - who, default);
            steps.Add(new Step(next, StepKind.Boot, who));
            return;
        }

        if (status == Status.Booting) return;
        if (chances.Left(Chance.Crash) > 0 && (scenario.MayCrash & Names.Who(who)) != 0)
        {
            var next = world;
            next.Chances = chances.Spent(Chance.Crash);
            End(ref next, who, 0);
            steps.Add(new Step(next, StepKind.Crash, who));
        }

        if (status == Status.Live && chances.Left(Chance.Pause) > 0 && (scenario.MayPause & Names.Who(who)) != 0)
        {
            var next = world;
            next.Chances = chances.Spent(Chance.Pause);
            next.SetNode(who, EngineCodec.WithStatus(node, Status.Paused, 0));
            steps.Add(new Step(next, StepKind.Pause, who));
        }
    }

    private void AddLinkFaults(in World world, List<Step> steps)
    {
        var chances = world.Chances;
        if (chances.Fault != LinkFaults.None)
        {
            steps.Add(new Step(world with { Chances = chances.WithFault(LinkFaults.None, 0) }, StepKind.Heal, 0));
            return;
        }

        if (chances.Left(Chance.LinkFault) == 0) return;
        for (var kind = 1; kind <= (int)LinkFaults.StallBoth; kind <<= 1)
        {
            if (((int)scenario.LinkFaultKinds & kind) == 0) continue;
            var next = world with { Chances = chances.Spent(Chance.LinkFault).WithFault((LinkFaults)kind, 0) };
            steps.Add(new Step(next, StepKind.LinkFault, kind));
        }
    }

    /// <summary>A tick passes for those that took no turn, and for the link fault.</summary>
    public void Age(ref World world)
    {
        for (var who = 0; who < 2; who++)
        {
            var node = world.Node(who);
            var clock = EngineCodec.ClockOf(node);
            switch (EngineCodec.StatusOf(node))
            {
                case Status.Dead:
                    world.SetNode(who, EngineCodec.Absent(Status.Dead, Math.Min(clock + 1, clockwork.DeadMax)));
                    break;
                case Status.Paused:
                    world.SetNode(who, EngineCodec.WithStatus(node, Status.Paused, Math.Min(clock + 1, clockwork.GapMax)));
                    break;
            }
        }

        var chances = world.Chances;
        if (chances.Fault == LinkFaults.None || scenario.LinkFaultMax == 0) return;
        var age = chances.FaultAge + 1;
        world.Chances = age >= scenario.LinkFaultMax ? chances.WithFault(LinkFaults.None, 0) : chances.WithFault(chances.Fault, age);
    }
}
