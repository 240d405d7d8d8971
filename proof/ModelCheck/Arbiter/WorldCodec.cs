using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.ModelCheck.Arbiter.ArbiterWorld;
using Outcome = NetMQ.HighAvailability.Protocol.ArbiterOutcome;

namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>
/// Worlds as keys and back. A key keeps what the future depends on: times as what is left of them by their owner's clock, tokens as how far they are
/// behind the record's, versions as whether they are still the record's. The nodes are alike, so a world and its mirror image have one key.
/// </summary>
internal sealed class WorldCodec(ArbiterScenario scenario)
{
    private const int Unread = 0, UnreadReceived = 1; // promised tokens that are not known
    private const int LifeBits = 35;
    private const int RequestBits = 8;
    private const int Nobodys = 0, Own = 1, Peers = 2, Refused = 3; // an answer's record
    private static readonly TimeSpan Never = TimeSpan.MinValue;

    private readonly bool comparing = scenario.Without != MandateRule.Compare;
    private readonly bool presentTerm = scenario.Without != MandateRule.PresentTerm;

    /// <param name="world">The world.</param>
    /// <param name="mirrored">Whether the key is that of its mirror image.</param>
    public WorldKey Encode(ArbiterWorld world, out bool mirrored)
    {
        var (first, second) = (Encode(world, 0), Encode(world, 1));
        var holder = world.Record is not { } record ? 2 : HolderOf(record);
        mirrored = first > second || (first == second && holder == 1);
        if (mirrored)
        {
            (first, second) = (second, first);
            if (holder < 2) holder = 1 - holder;
        }

        var rest = new BitPacker(0);
        rest.Put(holder, 2);
        rest.Put(world.Record is { } r && r.Process == Process(HolderOf(r)));
        rest.Put(world.Record is { } l && l.Lease > TimeSpan.Zero);
        rest.Put(Behind(world, world.Served), 2);
        return new WorldKey(first | (rest.Code << 58), second);
    }

    public void Decode(WorldKey key, ArbiterWorld world)
    {
        var rest = new BitPacker(key.First >> 58);
        var holder = rest.Take(2);
        var (own, leased) = (rest.Take(), rest.Take());
        world.Record = holder == 2 ? null : new ArbiterClaim(Token, scenario.Role(holder), own ? Process(holder) : Former(holder), leased ? Ticks(scenario.Lease) : TimeSpan.Zero);
        world.Version = holder == 2 ? null : Current;
        world.Served = At(world, rest.Take(2));
        var first = new BitPacker(key.First & ((1UL << 58) - 1));
        var second = new BitPacker(key.Second);
        DecodeNode(world, 0, ref first);
        DecodeNode(world, 1, ref second);
        DecodePosts(world, 0, ref first);
        DecodePosts(world, 1, ref second);
    }

    private ulong Encode(ArbiterWorld world, int who)
    {
        var bits = new BitPacker(0);
        ref readonly var node = ref world.Nodes[who];
        bits.Put(node.IsAlive);
        bits.Put(node.Ghosts, 3);
        bits.Put(node.FormerGhosts, 3);
        bits.Put(node.IsAhead);
        if (node.IsAlive) EncodeLife(world, who, ref bits);
        else bits.Put(0, LifeBits);
        EncodePosts(world, who, ref bits);
        return bits.Code;
    }

    private void EncodeLife(ArbiterWorld world, int who, ref BitPacker bits)
    {
        ref readonly var node = ref world.Nodes[who];
        ref readonly var m = ref node.Memory;
        var active = m.Token != 0;
        bits.Put(node.HasEvidence);
        bits.Put(active ? 1 + Behind(world, m.Token) : 0, 3);
        bits.Put(active ? Left(m.PeerUntil, node.Now, scenario.Promised) : 0, 2);
        bits.Put(active ? Left(m.LeaseUntil, node.Now, scenario.Leased) : 0, 2);
        var promised = Left(m.PromisedUntil, node.Now, scenario.Promise);
        bits.Put(promised, 3);
        bits.Put(promised == 0 ? 0 : m.PromisedToken is { } token ? 2 + Behind(world, token) : m.PromisedSinceStart ? UnreadReceived : Unread, 3);
        bits.Put(active ? 0 : LeftOf(world, 1 - who, m.ReceivedToken, m.ReceivedSentAt), 2);
        bits.Put(Behind(world, m.HighestToken), 2);
        EncodeRequest(world, node, who, ref bits);
    }

    private void EncodeRequest(ArbiterWorld world, in ArbiterNode node, int who, ref BitPacker bits)
    {
        ref readonly var m = ref node.Memory;
        var known = m.IsKnown;
        var current = known && m.Version == world.Version;
        var request = m.Request;
        var sentCurrent = request is { } r && node.Phase == RequestPhase.Sent && r.ExpectedVersion == world.Version;
        // What can only be refused, or has been, is as good as answered: the record is not known.
        if (comparing && request is { Operation: not ArbiterOperation.Read } && (node.Phase == RequestPhase.Sent ? !sentCurrent : node.Answer.Outcome == Outcome.Refused))
        {
            request = null;
            known = false;
        }

        if (comparing && !current) known = false;
        bits.Put(known);
        bits.Put(known && !comparing && current);
        var waits = known && m.Claim is { } claim && claim.Lease > TimeSpan.Zero && claim.Process != Process(who);
        bits.Put(waits ? Math.Min(TicksOf(node.Now - m.KnownSince), scenario.Lease) : 0, 3);
        bits.Put(waits && m.IsBroken);

        bits.Put(request is { } asked ? 1 + (int)asked.Operation : 0, 3);
        if (request is not { } it)
        {
            bits.Put(0, RequestBits);
            return;
        }

        bits.Put(node.Phase == RequestPhase.Done);
        var counts = it.Operation is ArbiterOperation.Take or ArbiterOperation.Keep ? scenario.Leased
            : it.Operation == ArbiterOperation.Read && scenario.Without == MandateRule.ObserveFromAnswer ? scenario.Lease : 0;
        bits.Put(Math.Min(TicksOf(node.Now - it.SentAt), counts), 2);
        if (node.Phase == RequestPhase.Sent)
        {
            bits.Put(it.Operation != ArbiterOperation.Read && it.ExpectedVersion == world.Version);
            bits.Put(0, 4);
            return;
        }

        var answered = it.Operation == ArbiterOperation.Read ? node.Answer.Claim : it.Claim;
        var whose = node.Answer.Outcome == Outcome.Refused ? Refused
            : it.Operation != ArbiterOperation.Read || answered is null ? Nobodys
            : answered.Holder != scenario.Role(who) ? Peers
            : answered.Process == Process(who) ? Own : Nobodys;
        bits.Put(node.Answer.Version == world.Version);
        bits.Put(whose, 2);
        bits.Put(it.Operation is ArbiterOperation.Read or ArbiterOperation.Take ? Behind(world, answered?.Token ?? 0) : 0, 2);
    }

    private void EncodePosts(ArbiterWorld world, int who, ref BitPacker bits)
    {
        var (one, other) = (EncodePost(world, who, world.Posts[2 * who]), EncodePost(world, who, world.Posts[2 * who + 1]));
        bits.Put(Math.Min(one, other), 6);
        bits.Put(Math.Max(one, other), 6);
    }

    private int EncodePost(ArbiterWorld world, int to, in Post post)
    {
        if (!post.IsThere) return 0;
        var left = post.IsActive
            ? LeftOf(world, 1 - to, post.Stamp.Token, post.Stamp.SentAt)
            : LeftOf(world, to, post.Stamp.PromisedToken, post.Stamp.PromisedUntil - Ticks(scenario.Promised));
        return (post.IsActive ? 1 : 2) | (left << 2) | (Behind(world, post.Stamp.Token) << 4);
    }

    private void DecodeNode(ArbiterWorld world, int who, ref BitPacker bits)
    {
        ref var node = ref world.Nodes[who];
        node = default;
        node.Now = Start;
        node.IsAlive = bits.Take();
        node.Ghosts = bits.Take(3);
        node.FormerGhosts = bits.Take(3);
        node.IsAhead = bits.Take();
        if (!node.IsAlive)
        {
            bits.Take(LifeBits);
            return;
        }

        node.HasEvidence = bits.Take();
        ref var m = ref node.Memory;
        var active = bits.Take(3);
        m.Token = active == 0 ? 0 : At(world, active - 1);
        m.PeerUntil = Until(bits.Take(2));
        m.LeaseUntil = Until(bits.Take(2));
        m.PromisedUntil = Until(bits.Take(3));
        var promised = bits.Take(3);
        if (promised >= 2) m.PromisedToken = At(world, promised - 2);
        m.PromisedSinceStart = promised == UnreadReceived;
        var received = bits.Take(2);
        if (received > 0) (m.ReceivedToken, m.ReceivedSentAt) = (long.MinValue, Sent(received)); // the token follows when both nodes are there
        m.HighestToken = At(world, bits.Take(2));
        DecodeRequest(world, ref node, who, ref bits);
    }

    private void DecodeRequest(ArbiterWorld world, ref ArbiterNode node, int who, ref BitPacker bits)
    {
        ref var m = ref node.Memory;
        m.IsKnown = bits.Take();
        var isCurrent = bits.Take() || comparing;
        m.KnownSince = Start - Ticks(bits.Take(3));
        m.IsBroken = bits.Take();
        if (m.IsKnown) (m.Version, m.Claim) = (isCurrent ? world.Version : Old, world.Record);

        var operation = bits.Take(3);
        if (operation == 0)
        {
            bits.Take(RequestBits);
            return;
        }

        node.Phase = bits.Take() ? RequestPhase.Done : RequestPhase.Sent;
        var sentAt = Start - Ticks(bits.Take(2));
        var (current, whose, token) = (bits.Take(), bits.Take(2), At(world, bits.Take(2)));
        var asked = (ArbiterOperation)(operation - 1);
        if (node.Phase == RequestPhase.Sent)
        {
            m.Request = asked == ArbiterOperation.Read
                ? new ArbiterRequest(1, asked, null, null, sentAt)
                : new ArbiterRequest(1, asked, current ? world.Version : Old, ClaimOf(world, who, asked, m.HighestToken + 1), sentAt);
            return;
        }

        var version = current ? world.Version : Old;
        node.Answer = whose == Refused ? ArbiterAnswer.Refused(1)
            : asked != ArbiterOperation.Read ? ArbiterAnswer.Written(1, version!)
            : new ArbiterAnswer(1, Outcome.Done, version, current ? world.Record : OldRecord(who, whose, token));
        var claim = asked switch
        {
            ArbiterOperation.Read => null,
            ArbiterOperation.Keep => ClaimOf(world, who, asked, token) with { Token = m.Token },
            _ => ClaimOf(world, who, asked, token),
        };
        m.Request = new ArbiterRequest(1, asked, Old, claim, sentAt);
    }

    private ArbiterClaim OldRecord(int reader, int whose, long token) =>
        new(token, scenario.Role(whose == Peers ? 1 - reader : reader), whose == Own ? Process(reader) : Former(reader), TimeSpan.Zero);

    private ArbiterClaim ClaimOf(ArbiterWorld world, int who, ArbiterOperation operation, long token) => new(
        operation == ArbiterOperation.Take ? token : world.RecordToken, scenario.Role(who), Process(who), operation == ArbiterOperation.Relax ? TimeSpan.Zero : Ticks(scenario.Lease));

    private void DecodePosts(ArbiterWorld world, int who, ref BitPacker bits)
    {
        ref var m = ref world.Nodes[who].Memory;
        if (m.ReceivedToken == long.MinValue) m.ReceivedToken = presentTerm ? world.Nodes[1 - who].Memory.Token : 1;
        for (var place = 0; place < 2; place++)
        {
            ref var post = ref world.Posts[2 * who + place];
            post = default;
            var code = bits.Take(6);
            if (code == 0) continue;
            post.IsThere = true;
            post.IsActive = (code & 3) == 1;
            var (left, token) = ((code >> 2) & 3, At(world, code >> 4));
            post.Stamp = post.IsActive
                ? new MandateStamp(token, Sent(left), 0, default, BinaryStarMandate.Peer)
                : new MandateStamp(token, default, left == 0 ? 0 : presentTerm ? m.Token : 1, left == 0 ? default : Until(left), BinaryStarMandate.None);
        }
    }

    // What is left of the promise that acknowledges a message of that node: nothing, unless it names the node's present term.
    private int LeftOf(ArbiterWorld world, int sender, long token, TimeSpan sentAt)
    {
        ref readonly var node = ref world.Nodes[sender];
        if (token == 0 || !node.IsAlive || (presentTerm && node.Memory.Token != token)) return 0;
        return Left(sentAt + Ticks(scenario.Promised), node.Now, scenario.Promised);
    }

    private static int Left(TimeSpan until, TimeSpan now, int most) => until == Never ? 0 : Math.Clamp(TicksOf(until - now), 0, most);

    private static TimeSpan Until(int left) => left == 0 ? Never : Start + Ticks(left);

    private TimeSpan Sent(int left) => Start - Ticks(scenario.Promised - left);

    private int Behind(ArbiterWorld world, long token) => (int)Math.Clamp(world.RecordToken - token, 0, scenario.OldestToken);

    private static long At(ArbiterWorld world, int behind) => world.RecordToken - (world.Record is null ? 0 : behind);
}
