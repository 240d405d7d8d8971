using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.ModelCheck.Arbiter.ArbiterWorld;
using Outcome = NetMQ.HighAvailability.Protocol.ArbiterOutcome;

namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>
/// All that can happen next: any handler of either node at any time, in any order. So pauses, delays, losses, partitions of any link, and an arbiter that
/// is slow or away are all in it, without number.
/// </summary>
internal sealed class ArbiterSteps
{
    private static readonly TimeSpan Never = TimeSpan.MinValue;
    private static readonly ArbiterOperation[] Writes = [ArbiterOperation.Take, ArbiterOperation.Keep, ArbiterOperation.Relax];

    private readonly ArbiterScenario scenario;
    private readonly Mandate[] mandates;
    private readonly ArbiterWorld from = new();
    private readonly ArbiterWorld to = new();

    public ArbiterSteps(ArbiterScenario scenario)
    {
        this.scenario = scenario;
        mandates = [.. from who in Enumerable.Range(0, 2) select new Mandate(scenario.Role(who), Process(who), scenario.Timing, scenario.Policy)];
    }

    public delegate void Found(string what, int who, ArbiterWorld world);

    private bool Has(MandateRule rule) => scenario.Without != rule;

    /// <summary>Both nodes have just been started for the first time, and have promised nobody anything.</summary>
    public ArbiterWorld Initial()
    {
        var world = new ArbiterWorld();
        for (var who = 0; who < 2; who++)
        {
            StartNode(world, who);
            world.Nodes[who].Memory.PromisedUntil = Never;
        }

        return world;
    }

    /// <summary>Calls <paramref name="found"/> with each world that can follow, which it may change, and the step that leads there.</summary>
    public void After(ArbiterWorld world, Found found)
    {
        from.CopyFrom(world);
        Time(found);
        for (var who = 0; who < 2; who++)
        {
            Ghosts(who, found);
            if (!from.Nodes[who].IsAlive)
            {
                if (scenario.Crashes) Step("starts", who, found, StartNode);
                continue;
            }

            Messages(who, found);
            Requests(who, found);
            if (from.Nodes[who].Memory.Token != 0) Step("gives up active", who, found, (w, i) => With(w, i, mandate => mandate.End()));
            if (scenario.Evidence && from.Nodes[who].Memory.Token == 0 && (scenario.FalseEvidence || !from.Nodes[1 - who].IsAlive)) Step("has evidence that its peer is dead", who, found, FindEvidence);
            if (scenario.Crashes) Step("crashes", who, found, Crash);
        }
    }

    private void Step(string what, int who, Found found, Action<ArbiterWorld, int> take)
    {
        to.CopyFrom(from);
        take(to, who);
        found(what, who, to);
    }

    private void Time(Found found)
    {
        if (!scenario.Drift)
        {
            Step("a tick", -1, found, static (world, _) => Pass(world, 1, 1));
            return;
        }

        for (var changes = 0; changes < 4; changes++)
        {
            var turns = changes;
            Step("a tick", -1, found, (world, _) =>
            {
                Span<int> by = stackalloc int[2];
                for (var i = 0; i < 2; i++)
                {
                    ref var node = ref world.Nodes[i];
                    var change = (turns >> i) & 1;
                    by[i] = node.IsAhead ? 1 - change : 1 + change;
                    node.IsAhead ^= change == 1;
                }

                Pass(world, by[0], by[1]);
            });
        }
    }

    private static void Pass(ArbiterWorld world, int first, int second)
    {
        world.Nodes[0].Now += Ticks(first);
        world.Nodes[1].Now += Ticks(second);
    }

    private void Messages(int who, Found found)
    {
        for (var place = 0; place < scenario.Messages; place++)
        {
            var (own, peers) = (2 * who + place, 2 * (1 - who) + place);
            Step("sends its state", who, found, (world, i) => Send(world, i, peers));
            if (from.Posts[own].IsThere) Step("receives a message", who, found, (world, i) => Receive(world, i, own));
        }
    }

    private void Requests(int who, Found found)
    {
        ref readonly var node = ref from.Nodes[who];
        if (node.Phase == RequestPhase.None)
        {
            var (take, keep, relax) = Allowed(who);
            // Until a read is carried out nothing depends on it, so it is carried out at once.
            Step("reads the record", who, found, (world, i) =>
            {
                Ask(world, i, ArbiterOperation.Read);
                if (Has(MandateRule.ObserveFromAnswer)) CarryOut(world, i);
            });
            if (take) Step("asks for a term", who, found, (world, i) => Ask(world, i, ArbiterOperation.Take));
            if (keep && !scenario.Lean) Step("asks for its lease", who, found, (world, i) => Ask(world, i, ArbiterOperation.Keep));
            if (relax) Step("gives its lease back", who, found, (world, i) => Ask(world, i, ArbiterOperation.Relax));
            return;
        }

        if (node.Phase == RequestPhase.Sent) Step("has its request carried out", who, found, CarryOut);
        else Step("gets the answer", who, found, Answer);
        if (!scenario.Lean) Step("waits no longer for the arbiter", who, found, GiveUp);
    }

    private (bool Take, bool Keep, bool Relax) Allowed(int who)
    {
        ref readonly var node = ref from.Nodes[who];
        var memory = node.Memory;
        if (!Has(MandateRule.Promise)) memory.PromisedUntil = Never;
        if (!Has(MandateRule.Observe)) memory.KnownSince = node.Now - scenario.Timing.Lease;
        mandates[who].Restore(memory);
        return (mandates[who].MayTakeAt(node.Now), mandates[who].MayKeepAt(node.Now), mandates[who].MayRelax);
    }

    private void Ghosts(int who, Found found)
    {
        foreach (var operation in Writes)
        {
            var bit = Bit(operation);
            if ((from.Nodes[who].Ghosts & bit) != 0) Step("has an abandoned request carried out", who, found, (world, i) => world.Write(Claim(world, i, operation, Process(i))));
            if ((from.Nodes[who].FormerGhosts & bit) != 0) Step("has a request of a former process carried out", who, found, (world, i) => world.Write(Claim(world, i, operation, Former(i))));
        }
    }

    private static int Bit(ArbiterOperation operation) => 1 << ((int)operation - 1);

    private ArbiterClaim Claim(ArbiterWorld world, int who, ArbiterOperation operation, Guid process) => new(
        operation == ArbiterOperation.Take ? world.RecordToken + 1 : world.RecordToken, scenario.Role(who), process,
        operation == ArbiterOperation.Relax ? TimeSpan.Zero : scenario.Timing.Lease);

    private void With(ArbiterWorld world, int who, Action<Mandate> act)
    {
        var mandate = mandates[who];
        mandate.Restore(world.Nodes[who].Memory);
        act(mandate);
        world.Nodes[who].Memory = mandate.Memory;
    }

    private void NoticeEnd(ArbiterWorld world, int who)
    {
        if (!Has(MandateRule.Over)) return;
        With(world, who, mandate =>
        {
            if (mandate.IsOverAt(world.Nodes[who].Now)) mandate.End();
        });
    }

    private void StartNode(ArbiterWorld world, int who)
    {
        ref var node = ref world.Nodes[who];
        node = new ArbiterNode { IsAlive = true, Now = Start, Ghosts = node.Ghosts, FormerGhosts = node.FormerGhosts, IsAhead = node.IsAhead };
        With(world, who, mandate => mandate.Start(Start));
        if (!Has(MandateRule.StartPromise)) node.Memory.PromisedUntil = Never;
    }

    private void Crash(ArbiterWorld world, int who)
    {
        ref var node = ref world.Nodes[who];
        Abandon(world, ref node);
        node = new ArbiterNode { Now = Start, FormerGhosts = node.FormerGhosts | node.Ghosts, IsAhead = node.IsAhead };
        if (world.Record is { } record && record.Process == Process(who)) world.Record = record with { Process = Former(who) };
    }

    private static void Abandon(ArbiterWorld world, ref ArbiterNode node)
    {
        if (node is { Phase: RequestPhase.Sent, Memory.Request: { Operation: not ArbiterOperation.Read } request } && request.ExpectedVersion == world.Version)
            node.Ghosts |= Bit(request.Operation);
        node.Phase = RequestPhase.None;
        node.Answer = default;
    }

    private void GiveUp(ArbiterWorld world, int who)
    {
        Abandon(world, ref world.Nodes[who]);
        With(world, who, mandate => mandate.GiveUp());
    }

    private void Send(ArbiterWorld world, int who, int place)
    {
        NoticeEnd(world, who);
        With(world, who, mandate => world.Posts[place] = new Post
        {
            IsThere = true,
            IsActive = mandate.Memory.Token != 0,
            Stamp = mandate.StampAt(world.Nodes[who].Now),
        });
    }

    private void Receive(ArbiterWorld world, int who, int place)
    {
        NoticeEnd(world, who);
        ref var node = ref world.Nodes[who];
        node.HasEvidence = false;
        var post = world.Posts[place];
        world.Posts[place] = default;
        var stamp = post.Stamp;
        if (!Has(MandateRule.PresentTerm) && stamp.PromisedToken != 0) stamp = stamp with { PromisedToken = node.Memory.Token };
        if (!Has(MandateRule.PromiseFromSending) && stamp.PromisedToken == node.Memory.Token) stamp = stamp with { PromisedUntil = node.Now + scenario.Timing.Promised };
        var now = node.Now;
        With(world, who, mandate =>
        {
            if (mandate.Receive(post.IsActive, stamp, now) == MandateNews.Superseded) mandate.End();
        });
        if (!Has(MandateRule.ReleaseByToken) && !post.IsActive) EndPromise(ref node.Memory);
    }

    private static void EndPromise(ref MandateMemory memory)
    {
        memory.PromisedUntil = Never;
        memory.PromisedToken = null;
        memory.PromisedSinceStart = false;
        memory.ReceivedToken = 0;
    }

    private void Ask(ArbiterWorld world, int who, ArbiterOperation operation)
    {
        ref var node = ref world.Nodes[who];
        var (now, lease) = (node.Now, node.Memory.LeaseUntil);
        With(world, who, mandate => mandate.Ask(operation, now));
        node.Phase = RequestPhase.Sent;
        if (!Has(MandateRule.LeaseEndsWithRelax)) node.Memory.LeaseUntil = lease;
    }

    private void CarryOut(ArbiterWorld world, int who)
    {
        ref var node = ref world.Nodes[who];
        var request = node.Memory.Request!.Value;
        node.Phase = RequestPhase.Done;
        if (request.Operation == ArbiterOperation.Read)
        {
            node.Answer = new ArbiterAnswer(request.Id, Outcome.Done, world.Version, world.Record);
        }
        else if (request.ExpectedVersion == world.Version || (!Has(MandateRule.Compare) && request.Operation == ArbiterOperation.Take))
        {
            world.Write(request.Claim!);
            node.Answer = ArbiterAnswer.Written(request.Id, world.Version!);
        }
        else
        {
            node.Answer = ArbiterAnswer.Refused(request.Id);
        }
    }

    private void Answer(ArbiterWorld world, int who)
    {
        NoticeEnd(world, who);
        ref var node = ref world.Nodes[who];
        var request = node.Memory.Request!.Value;
        if (!Has(MandateRule.LeaseFromSending)) node.Memory.Request = request with { SentAt = node.Now };
        if (!Has(MandateRule.NewToken) && request.Operation == ArbiterOperation.Take) node.Memory.HighestToken = Math.Min(node.Memory.HighestToken, request.Claim!.Token - 1);
        var isNew = !node.Memory.IsKnown || node.Memory.Version != node.Answer.Version;
        var (answer, now) = (node.Answer, node.Now);
        node.Phase = RequestPhase.None;
        node.Answer = default;
        With(world, who, mandate =>
        {
            if (mandate.Answered(answer, now) == MandateNews.Superseded) mandate.End();
        });
        if (request.Operation != ArbiterOperation.Read) return;
        ref var memory = ref node.Memory;
        if (!Has(MandateRule.ObserveFromAnswer) && isNew) memory.KnownSince = request.SentAt;
        if (!Has(MandateRule.StartReadOfPeer)) EndPromise(ref memory);
        if (!Has(MandateRule.EvidenceAfterRead) && node.HasEvidence && memory.Claim is { } claim && claim.Holder != scenario.Role(who) && claim.Lease > TimeSpan.Zero) memory.IsBroken = true;
    }

    private void FindEvidence(ArbiterWorld world, int who)
    {
        ref var node = ref world.Nodes[who];
        var later = node.Now + TimeSpan.FromTicks(1); // later than whatever happened in this tick
        With(world, who, mandate => mandate.PeerLost(later));
        node.HasEvidence = !Has(MandateRule.EvidenceAfterRead);
    }
}
