using System.Globalization;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

internal enum GateEventKind
{
    BeginTerm,
    TakeOver, // a request makes the node active, and is accepted whatever is in flight
    EndTerm,
    Accept,
    End,
    BeginDrain,
    EndDrain,
}

internal readonly record struct GateEvent(GateEventKind Kind, int Which = 0);

/// <summary>A gate, and what is known of it from outside.</summary>
internal sealed class GateWorld(int places, bool ordered, int requests, int mostTerms)
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

    public IEnumerable<GateEvent> Possible()
    {
        if (!isActive && terms < mostTerms)
        {
            yield return new GateEvent(GateEventKind.BeginTerm);
            for (var client = 0; client < 2 && accepted < requests; client++) yield return new GateEvent(GateEventKind.TakeOver, client);
        }

        if (isActive)
        {
            yield return new GateEvent(GateEventKind.EndTerm);
            for (var client = 0; client < 2 && accepted < requests && !gate.Holds; client++) yield return new GateEvent(GateEventKind.Accept, client);
            yield return isDraining ? new GateEvent(GateEventKind.EndDrain) : new GateEvent(GateEventKind.BeginDrain);
        }

        foreach (var request in inFlight.Where(request => request.IsStarted)) yield return new GateEvent(GateEventKind.End, request.Number);
    }

    public void Apply(GateEvent happened)
    {
        now += TimeSpan.FromSeconds(1);
        switch (happened.Kind)
        {
            case GateEventKind.BeginTerm:
                BeginTerm();
                break;
            case GateEventKind.TakeOver:
                BeginTerm();
                Accept(happened.Which);
                break;
            case GateEventKind.EndTerm:
                EndTerm();
                break;
            case GateEventKind.Accept:
                Accept(happened.Which);
                break;
            case GateEventKind.End:
                End(inFlight.Single(request => request.Number == happened.Which));
                break;
            case GateEventKind.BeginDrain:
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

    private sealed class Request(int number, int client, int term)
    {
        public int Number => number;

        public int Client => client;

        public int Term => term;

        public bool IsStarted { get; set; }
    }
}
