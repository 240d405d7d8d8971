using System.Globalization;
using CsCheck;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>
/// Every order of events that a gate with few places, few clients and few requests can meet, and after each of them all that a gate promises.
/// A state is reached again by the events that led to it.
/// </summary>
public class RequestGateExploration
{
    private enum Kind
    {
        BeginTerm,
        TakeOver, // a request makes the node active, and is accepted whatever is in flight
        EndTerm,
        Accept,
        End,
        BeginDrain,
        EndDrain,
    }

    [Theory]
    [InlineData(1, false, 200)]
    [InlineData(2, false, 500)]
    [InlineData(3, false, 500)]
    [InlineData(1, true, 500)]
    [InlineData(2, true, 1_000)]
    [InlineData(3, true, 1_000)]
    public void In_no_order_of_events_does_a_gate_break_a_promise(int places, bool ordered, int leastStates)
    {
        var seen = new HashSet<string> { new World(places, ordered, requests: 8, mostTerms: 4).Key };
        var open = new Queue<Event[]>([[]]);
        while (open.TryDequeue(out var path))
        {
            foreach (var next in Replayed(path).Possible().ToList())
            {
                var world = Replayed(path);
                world.Apply(next);
                if (seen.Add(world.Key)) open.Enqueue([.. path, next]);
            }
        }

        seen.Should().HaveCountGreaterThan(leastStates, "otherwise it has not looked everywhere");

        World Replayed(Event[] path)
        {
            var world = new World(places, ordered, requests: 8, mostTerms: 4);
            foreach (var step in path) world.Apply(step);
            return world;
        }
    }

    [Fact]
    public void Nor_in_any_of_many_long_ones()
    {
        var walks =
            from places in Gen.Int[1, 40]
            from ordered in Gen.Bool
            from choices in Gen.Int[0, 1_000].Array[0, 400]
            select (places, ordered, choices);
        walks.Sample(
            walk =>
            {
                var world = new World(walk.places, walk.ordered, requests: 1_000, mostTerms: 1_000);
                foreach (var choice in walk.choices)
                {
                    var possible = world.Possible().ToList();
                    world.Apply(possible[choice % possible.Count]);
                }
            },
            iter: 300);
    }

    private readonly record struct Event(Kind Kind, int Which = 0);

    private sealed class Request(int number, int client, int term)
    {
        public int Number => number;

        public int Client => client;

        public int Term => term;

        public bool IsStarted { get; set; }
    }

    /// <summary>A gate, and what is known of it from outside.</summary>
    private sealed class World(int places, bool ordered, int requests, int mostTerms)
    {
        private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

        private readonly RequestGate<Request> gate = new(places, ordered);
        private readonly List<Request> inFlight = []; // in the order of arrival
        private readonly List<int> startedOf = [0, 0];
        private TimeSpan now;
        private int accepted;
        private int terms;
        private bool isActive;
        private bool isDraining;

        public string Key => string.Join(' ', inFlight.Select(r => $"{r.Client}{(r.IsStarted ? '!' : '?')}{(r.Term == terms && isActive ? 'n' : 'o')}"))
            + string.Create(CultureInfo.InvariantCulture, $" {accepted} {terms} {isActive} {isDraining} {gate.Holds}");

        public IEnumerable<Event> Possible()
        {
            if (!isActive && terms < mostTerms)
            {
                yield return new Event(Kind.BeginTerm);
                for (var client = 0; client < 2 && accepted < requests; client++) yield return new Event(Kind.TakeOver, client);
            }

            if (isActive)
            {
                yield return new Event(Kind.EndTerm);
                for (var client = 0; client < 2 && accepted < requests && !gate.Holds; client++) yield return new Event(Kind.Accept, client);
                yield return isDraining ? new Event(Kind.EndDrain) : new Event(Kind.BeginDrain);
            }

            foreach (var request in inFlight.Where(request => request.IsStarted)) yield return new Event(Kind.End, request.Number);
        }

        public void Apply(Event happened)
        {
            now += TimeSpan.FromSeconds(1);
            switch (happened.Kind)
            {
                case Kind.BeginTerm:
                    BeginTerm();
                    break;
                case Kind.TakeOver:
                    BeginTerm();
                    Accept(happened.Which);
                    break;
                case Kind.EndTerm:
                    EndTerm();
                    break;
                case Kind.Accept:
                    Accept(happened.Which);
                    break;
                case Kind.End:
                    End(inFlight.Single(request => request.Number == happened.Which));
                    break;
                case Kind.BeginDrain:
                    gate.BeginDrain(now + Limit);
                    isDraining = true;
                    break;
                default:
                    gate.EndDrain();
                    isDraining = false;
                    break;
            }

            Check();
        }

        private void BeginTerm()
        {
            gate.BeginTerm(++terms);
            isActive = true;
        }

        private void Accept(int client)
        {
            var request = new Request(accepted++, client, terms);
            inFlight.Add(request);
            if (gate.Accept(request, client, now)) Start(request);
        }

        private void End(Request request)
        {
            gate.MayReply(request.Term).Should().Be(isActive && request.Term == terms);
            inFlight.Remove(request);
            if (gate.End(request.Client, now) is { } next) Start(next);
        }

        private void EndTerm()
        {
            isActive = isDraining = false;
            var refused = gate.EndTerm();
            refused.Should().BeEquivalentTo(inFlight.Where(request => !request.IsStarted));
            inFlight.RemoveAll(request => !request.IsStarted);
        }

        private void Start(Request request)
        {
            request.IsStarted.Should().BeFalse("each is started once");
            inFlight.Should().Contain(request);
            request.IsStarted = true;
            if (!ordered) return;
            request.Number.Should().BeGreaterThanOrEqualTo(startedOf[request.Client], "a client's requests are started in the order of their arrival");
            startedOf[request.Client] = request.Number;
        }

        private void Check()
        {
            var running = inFlight.Count(request => request.IsStarted);
            gate.InFlight.Should().Be(inFlight.Count);
            running.Should().BeLessThanOrEqualTo(places);
            inFlight.Count.Should().BeLessThanOrEqualTo(places + 1, "only what made a full node active is beyond the places");

            var turns = inFlight.GroupBy(request => request.Client).Select(client => client.Count(request => request.IsStarted)).ToList();
            if (ordered) turns.All(count => count <= 1).Should().BeTrue("each client has one in progress");
            if (running < places && !ordered) inFlight.All(request => request.IsStarted).Should().BeTrue("nothing waits for a place that is free");
            if (running < places && ordered) turns.All(count => count == 1).Should().BeTrue("nothing waits for a turn that has come");

            if (!isActive) gate.Holds.Should().BeFalse("who is not active rejects at once");
            if (isActive && (isDraining || inFlight.Count >= places)) gate.Holds.Should().BeTrue();
            if (isActive && !isDraining && inFlight.Count == 0) gate.Holds.Should().BeFalse("a free node reads");
            gate.IsDraining.Should().Be(isDraining);
            if (isDraining) gate.IsDrained(now).Should().Be(inFlight.Count == 0);
            if (isDraining) gate.IsDrained(now + Limit + Limit).Should().BeTrue();
            (gate.StalledSince is not null).Should().Be(inFlight.Count >= places);
        }
    }
}
