using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>
/// 64 bits of what a world's future depends on. Times are relative, and cut off where nothing distinguishes them any longer; tokens are relative to the record's,
/// and of a version only counts whether it is still the record's.
/// </summary>
internal struct ArbitratedKey
{
    private readonly ArbitratedScenario scenario;
    private readonly Timing timing;
    private readonly ArbitratedWorld world;
    private readonly TimeSpan now;
    private readonly long token;
    private readonly string? version;
    private ulong first = 0x9E3779B97F4A7C15UL;
    private ulong second = 0xD1B54A32D192ED03UL;

    private ArbitratedKey(ArbitratedScenario scenario, Timing timing, ArbitratedWorld world)
    {
        (this.scenario, this.timing, this.world) = (scenario, timing, world);
        (now, token, version) = (world.Time, world.Record?.Token ?? 0, world.Version);
    }

    public static ulong Of(ArbitratedScenario scenario, Timing timing, ArbitratedWorld world)
    {
        var key = new ArbitratedKey(scenario, timing, world);
        for (var who = 0; who < 2; who++)
        {
            key.AddNode(world.Nodes[who], who);
            key.AddLine(world.Lines[who]);
        }

        key.AddRecord();
        key.Add((long)world.Budget.Word);
        key.Add(((long)world.LinkFault << 8) | (long)world.ArbiterCut);
        var hash = key.first ^ (key.second * 0xE7037ED1A0B428DBUL);
        hash ^= hash >> 29;
        return hash == 0 ? 1 : hash;
    }

    private void AddRecord()
    {
        AddClaim(world.Record);
        Add(world.Served - token);
        Add(world.Errands.Length);
        foreach (var errand in world.Errands)
        {
            var isCurrent = IsCurrent(errand);
            Add(errand.From | (errand.IsSlow ? 2 : 0) | (isCurrent ? 4 : 0) | (errand.Request.Claim?.Process == ArbitratedWorld.Process(errand.From) ? 8 : 0));
            AddRequest(errand.Request);
            if (errand.Answer is not { } answer) continue;
            Add(1 + (long)answer.Outcome + (answer.Version == version ? 8 : 0));
            AddClaim(answer.Claim);
        }
    }

    private readonly bool IsCurrent(in Errand errand) => world.Nodes[errand.From].Mandate.Request is { } request && request.Id == errand.Request.Id;

    private void AddNode(in ArbitratedNode node, int who)
    {
        Add((long)node.Status | ((long)node.Clock << 2) | ((long)node.StopAge << 16));
        if (node.Status is Status.Dead or Status.Booting) return;
        AddPair(node.Pair, who);
        AddMandate(node.Mandate, node.Pair.State == BinaryStarState.Active, who);
    }

    private void AddPair(in PairMemory m, int who)
    {
        var isActive = m.State == BinaryStarState.Active;
        Add((int)m.State | (m.Stopping ? 8 : 0) | (m.PublishDue ? 16 : 0) | ((int)m.Pending << 5) | (m.Seeking is not null ? 128 : 0) | (m.CheckDue ? 256 : 0)
            | (m.UnansweredSince is not null ? 512 : 0) | (m.Reclaiming && !isActive ? 1024 : 0) | (m.ReadAt < m.SeekingSince ? 2048 : 0));
        Add(Between(m.Expiry, m.Turn - now, timing.Failover)); // a turn asks first whether the last one was alone
        Add(Between(m.SettledAt, TimeSpan.Zero, TimeSpan.MaxValue));
        Add(Between(m.NextHeartbeat, -timing.Heartbeat, TimeSpan.MaxValue));
        Add(m.CrashedUntil is { } until && until >= now ? Between(until, TimeSpan.Zero, TimeSpan.MaxValue) : -1);
        Add(m.Seeking is null ? 0 : Between(m.SeekingSince, -timing.Failover, TimeSpan.Zero));
        Add(Between(m.PeerActiveAt, -timing.Failover, TimeSpan.Zero));
        Add(Between(m.AskedAt, m.UnansweredSince is null ? -2 * timing.Heartbeat : -timing.Failover, TimeSpan.Zero)); // checks are an event
        Add(m.LastReceived is { } received ? Between(received, -timing.Heartbeat * 3, TimeSpan.Zero) : 1);
        if (isActive)
        {
            Add(Between(m.LastPublish, -timing.Lease * 2, TimeSpan.Zero));
            Add(m.PromisesFreshSince is { } fresh ? Between(fresh, -timing.Heartbeat, TimeSpan.Zero) : 1);
            var mayHandOver = world.Budget.Left(ArbitratedChance.HandOver) > 0;
            Add(m.PeerPassiveAt is { } passive && mayHandOver ? Between(passive, -timing.HandOverFreshness * 2, TimeSpan.Zero) : 1);
            return;
        }

        var mayPause = world.Nodes[who].Status == Status.Paused || (world.Budget.Left(ArbitratedChance.Pause) > 0 && (scenario.MayPause & Names.Who(who)) != 0);
        Add(mayPause ? Between(m.ExpiryLimit, TimeSpan.Zero, 2 * timing.Failover) : 0);
        Add(m.LastOffer is { } offer && m.State != BinaryStarState.Passive ? Between(offer, -timing.OfferGuard, TimeSpan.Zero) : 1);
    }

    private void AddMandate(in MandateMemory m, bool isActive, int who)
    {
        Add(m.Token == 0 ? -1 : m.Token - token);
        Add(m.HighestToken - token);
        if (isActive || m.Token != 0)
        {
            Add(Left(m.PeerUntil));
            Add(Left(m.LeaseUntil));
        }

        var promises = m.PromisedUntil > now;
        Add(Left(m.PromisedUntil));
        Add(!promises ? -1 : m.PromisedToken is { } promised ? promised - token : m.PromisedSinceStart ? -2 : -3);
        Add(m.ReceivedToken - token);
        Add(Between(m.ReceivedSentAt, -timing.Failover, TimeSpan.Zero));
        Add((m.IsKnown ? 1 : 0) | (m.IsKnown && m.Version == version ? 2 : 0) | (m.IsKnown && m.IsBroken ? 4 : 0));
        if (m.IsKnown)
        {
            AddClaim(m.Claim);
            Add(m.Claim?.Process == ArbitratedWorld.Process(who) ? 1 : 0);
            var waits = m.Claim is { } claim && claim.Lease > TimeSpan.Zero && claim.Process != ArbitratedWorld.Process(who);
            Add(waits ? Between(m.KnownSince, -ArbitratedWorld.Ticks(scenario.Lease), TimeSpan.Zero) : 0);
        }

        if (m.Request is not { } request) return;
        AddRequest(request);
        Add(Between(request.SentAt, -ArbitratedWorld.Ticks(scenario.Lease), TimeSpan.Zero));
    }

    private void AddRequest(in ArbiterRequest request)
    {
        Add(16 + (long)request.Operation + (request.Operation != ArbiterOperation.Read && request.ExpectedVersion == version ? 8 : 0));
        AddClaim(request.Claim);
    }

    private void AddClaim(ArbiterClaim? claim)
    {
        if (claim is null)
        {
            Add(-7);
            return;
        }

        var who = claim.Holder == BinaryStarRole.Primary ? 0 : 1;
        Add(claim.Token - token);
        Add(who | (claim.Lease > TimeSpan.Zero ? 2 : 0) | (claim.Process == ArbitratedWorld.Process(who) ? 4 : 0));
    }

    private void AddLine(in Line line)
    {
        Add((line.IsSubscribing ? 1 : 0) | (line.SubscriptionAge << 1) | (line.Letters.Length << 8));
        foreach (var letter in line.Letters)
        {
            Add((long)letter.Message | ((long)Math.Min(world.Now - letter.SentAt, scenario.D) << 4));
            Add(letter.Stamp.Token - token);
            Add(Between(letter.Stamp.SentAt, -timing.Failover, TimeSpan.Zero));
            Add(letter.Stamp.PromisedToken == 0 ? 1000 : letter.Stamp.PromisedToken - token);
            Add(letter.Stamp.PromisedToken == 0 ? 0 : Left(letter.Stamp.PromisedUntil));
        }
    }

    private readonly long Left(TimeSpan until) => until <= now ? 0 : (until - now).Ticks;

    private readonly long Between(TimeSpan at, TimeSpan least, TimeSpan most)
    {
        if (at == TimeSpan.MinValue) return least.Ticks - 1;
        var offset = at - now;
        return (offset < least ? least : offset > most ? most : offset).Ticks;
    }

    private void Add(long value)
    {
        var a = first ^ (ulong)value;
        a = (a ^ (a >> 31)) * 0xBF58476D1CE4E5B9UL;
        first = (a ^ (a >> 30)) + 0x9E3779B97F4A7C15UL;
        var b = (second + (ulong)value) * 0x94D049BB133111EBUL;
        second = b ^ (b >> 27) ^ (first << 17);
    }
}
