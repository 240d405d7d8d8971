using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A core with a clock in milliseconds, and everything that it decided.</summary>
internal sealed class CoreDriver
{
    public const int Request = 30_000;
    public const int Silence = 2_000;
    public const int Settle = 3_000;
    public const int Probe = 2;

    private readonly ClientCore core;
    private readonly Dictionary<long, RequestKey> keys = [];
    private readonly HashSet<(int Server, long Number)> receiptsAsked = [];

    public CoreDriver(int servers = 2, int settle = Settle)
    {
        core = new ClientCore(servers, new ClientTiming(Ms(Request), Ms(Silence), Ms(settle), Ms(Probe)));
        core.Start(Ms(0));
    }

    /// <summary>A core that follows server 0 of two, both connected, since time 0.</summary>
    public static CoreDriver Following(int servers = 2, int settle = Settle)
    {
        var driver = new CoreDriver(servers, settle);
        for (var i = 0; i < servers; i++) driver.Up(i);
        driver.Answer(0, driver.Submit());
        driver.Core.IsFollowing.Should().BeTrue();
        driver.Forget();
        return driver;
    }

    /// <summary>The same, with servers that both give notices.</summary>
    public static CoreDriver FollowingNotices(int servers = 2)
    {
        var driver = new CoreDriver(servers);
        for (var i = 0; i < servers; i++) driver.Up(i);
        var request = driver.Submit();
        driver.Receive(0, request);
        driver.Answer(0, request);
        driver.Forget();
        return driver;
    }

    public ClientCore Core => core;

    public int Now { get; private set; }

    /// <summary>The socket takes nothing at present.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>In how many milliseconds the core wants to look at the clock again.</summary>
    public double NextTimeout => core.NextTimeout(Ms(Now)).TotalMilliseconds;

    /// <summary>What was sent since <see cref="Forget"/>: where, which number, when.</summary>
    public List<(int Server, long Number, int At)> Sent { get; } = [];

    public List<(long Number, RequestFailure Failure)> Failed { get; } = [];

    public List<ServerChange> Changes { get; } = [];

    public List<ServerAbandoned> Abandoned { get; } = [];

    public List<int> Redials { get; } = [];

    public IEnumerable<long> Numbers => Sent.Select(sent => sent.Number);

    public void Forget() => Sent.Clear();

    public RequestTracker Submit(DeliveryGuarantee delivery = DeliveryGuarantee.AtLeastOnce)
    {
        var request = new RequestTracker(delivery) { Deadline = Ms(Now + Request), Key = new RequestKey(0, 1000 + keys.Count) };
        core.Submit(request, Ms(Now));
        keys.Add(request.Number, request.Key);
        CarryOut();
        return request;
    }

    public RequestTracker[] Submit(int count, DeliveryGuarantee delivery = DeliveryGuarantee.AtLeastOnce) =>
        [.. Enumerable.Range(0, count).Select(_ => Submit(delivery))];

    public ReplyKind Answer(int server, RequestTracker request) => Answer(server, request.Number);

    /// <summary>A reply, with the mark of the last copy that was sent there.</summary>
    public ReplyKind Answer(int server, long number)
    {
        var kind = core.Answer(server, KeyOf(number), HasAskedForReceipt(server, number), Ms(Now), out _);
        CarryOut();
        return kind;
    }

    public bool Reject(int server, RequestTracker request) => Reject(server, request.Number);

    public bool Reject(int server, long number)
    {
        var known = core.Rejected(server, KeyOf(number), Ms(Now));
        CarryOut();
        return known;
    }

    public bool Receive(int server, RequestTracker request) => Receive(server, request.Number);

    public bool Receive(int server, long number)
    {
        var known = core.Received(server, KeyOf(number), Ms(Now));
        CarryOut();
        return known;
    }

    public bool Fail(int server, RequestTracker request) => Fail(server, request.Number);

    public bool Fail(int server, long number)
    {
        var known = core.Failed(server, KeyOf(number), Ms(Now));
        CarryOut();
        return known;
    }

    /// <summary>Whether the last copy that was sent there asked for a receipt.</summary>
    public bool HasAskedForReceipt(int server, long number) => receiptsAsked.Contains((server, number));

    public void Up(int server)
    {
        core.ConnectionUp(server, Ms(Now));
        CarryOut();
    }

    public void Down(int server)
    {
        core.ConnectionDown(server, Ms(Now));
        CarryOut();
    }

    public void Withdraw(RequestTracker request)
    {
        core.Withdraw(request, Ms(Now));
        CarryOut();
    }

    /// <summary>Lets time pass, a millisecond at a time.</summary>
    public void Pass(int milliseconds, Action? each = null)
    {
        for (var i = 0; i < milliseconds; i++)
        {
            Now++;
            core.Tick(Ms(Now));
            CarryOut();
            each?.Invoke();
        }
    }

    private void CarryOut()
    {
        while (core.TryNextToSend(Ms(Now), out var request) && !IsBlocked)
        {
            if (core.AsksForReceipt) receiptsAsked.Add((core.Current, request.Number));
            else receiptsAsked.Remove((core.Current, request.Number));
            core.Sent(request, Ms(Now));
            Sent.Add((core.Current, request.Number, Now));
        }

        while (core.TryTakeFailure(out var failure)) Failed.Add((failure.Request.Number, failure.Failure));
        while (core.TryTakeChange(out var change)) Changes.Add(change);
        while (core.TryTakeAbandoned(out var departure)) Abandoned.Add(departure);
        while (core.TryTakeRedial(out var server)) Redials.Add(server);
    }

    private RequestKey KeyOf(long number) => keys.GetValueOrDefault(number, new RequestKey(number, 0));

    public static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
