using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What holds whatever happens, tried on many random lives. The seed is in the failure's message.</summary>
public sealed class ClientCoreWalkTests
{
    private const int Lives = 300;
    private const int Steps = 400;

    [Fact]
    public void Whatever_happens_every_request_ends_once_and_no_server_is_left_too_soon()
    {
        for (var seed = 0; seed < Lives; seed++) Live(seed);
    }

    private static void Live(int seed)
    {
        var random = new Random(seed);
        var client = new CoreDriver();
        var requests = new List<RequestTracker>();
        var answered = new HashSet<long>();
        var rejections = new List<long>();
        var notices = new HashSet<(int, long, int)>();
        var withdrawn = new HashSet<long>();
        var why = $"seed {seed}";
        var arrived = 0;
        var current = 0;
        var sawDown = false;
        var givesNotices = new bool[2];
        var held = new Dictionary<(int Server, long Number), int>(); // what a server has over its connection and did not reject, and since when
        var seen = 0;

        for (var i = 0; i < Steps; i++)
        {
            switch (random.Next(10))
            {
                case < 3:
                    requests.Add(client.Submit(random.Next(3) == 0 ? DeliveryGuarantee.AtMostOnce : DeliveryGuarantee.AtLeastOnce));
                    break;
                case < 5:
                    AnswerSome();
                    break;
                case 5 when random.Next(2) == 0:
                    var up = random.Next(2);
                    Reconnect(up);
                    client.Up(up);
                    break;
                case 5:
                    NoticeSome();
                    break;
                case 6 when random.Next(4) == 0:
                    var down = random.Next(2);
                    sawDown |= down == client.Core.Current;
                    Reconnect(down);
                    client.Down(down);
                    break;
                case 6:
                    RejectSome();
                    break;
                case 7 when requests.Count > 0:
                    var caller = requests[random.Next(requests.Count)];
                    if (!caller.IsOutstanding) break;
                    withdrawn.Add(caller.Number);
                    client.Withdraw(caller);
                    break;
                default:
                    client.Pass(random.Next(1, random.Next(2) == 0 ? 20 : 1500), Watch);
                    break;
            }

            Watch();
        }

        client.Pass(CoreDriver.Request + 1, Watch);
        client.Core.Outstanding.Should().Be(0, why);
        client.Failed.Select(failure => failure.Number).Concat(answered).Concat(withdrawn).Should().OnlyHaveUniqueItems(why).And.HaveCount(requests.Count, why);
        var once = requests.Where(request => request.Delivery == DeliveryGuarantee.AtMostOnce).Select(request => request.Number).ToHashSet();
        foreach (var number in once) client.Numbers.Count(sent => sent == number).Should().BeLessThanOrEqualTo(1 + rejections.Count(rejected => rejected == number), why);

        void AnswerSome()
        {
            if (client.Sent.Count == 0) return;
            var sent = client.Sent[random.Next(Math.Max(0, client.Sent.Count - 20), client.Sent.Count)];
            var moved = client.Core.Current;
            givesNotices[sent.Server] = false; // it may come without the receipt that was asked for
            if (client.Answer(sent.Server, sent.Number) == ReplyKind.Awaited) answered.Add(sent.Number).Should().BeTrue(why);
            if (moved != client.Core.Current) sawDown = true; // it returned to a server that answered
        }

        void RejectSome()
        {
            if (client.Sent.Count == 0) return;
            var sent = client.Sent[random.Next(Math.Max(0, client.Sent.Count - 20), client.Sent.Count)];
            if (!notices.Add(sent) || answered.Contains(sent.Number)) return; // a sending is rejected once, and then not answered
            rejections.Add(sent.Number);
            sawDown |= sent.Server == client.Core.Current;
            NoteSent();
            held.Remove((sent.Server, sent.Number));
            givesNotices[sent.Server] = true;
            client.Reject(sent.Server, sent.Number);
        }

        // A receipt, or the failure of the handler.
        void NoticeSome()
        {
            if (client.Sent.Count == 0) return;
            var sent = client.Sent[random.Next(Math.Max(0, client.Sent.Count - 20), client.Sent.Count)];
            var moved = client.Core.Current;
            NoteSent();
            givesNotices[sent.Server] = true;
            if (random.Next(4) > 0) client.Receive(sent.Server, sent.Number);
            else client.Fail(sent.Server, sent.Number);
            if (moved != client.Core.Current) sawDown = true; // it returned to a server that is active
        }

        void Reconnect(int server)
        {
            NoteSent();
            givesNotices[server] = false;
            foreach (var copy in held.Keys.Where(copy => copy.Server == server).ToList()) held.Remove(copy);
        }

        void NoteSent()
        {
            for (; seen < client.Sent.Count; seen++)
            {
                var (server, number, at) = client.Sent[seen];
                if (givesNotices[server] && held.TryGetValue((server, number), out var since))
                    (at - since).Should().BeGreaterThanOrEqualTo(CoreDriver.Silence, $"server {server} has request {number} ({why})");
                held[(server, number)] = at;
            }

            foreach (var server in client.Redials) givesNotices[server] = false;
            client.Redials.Clear();
        }

        void Watch()
        {
            NoteSent();
            if (client.Core.Current == current) return;
            if (!sawDown) (client.Now - arrived).Should().BeGreaterThanOrEqualTo(CoreDriver.Settle, $"a server that is connected is not left sooner ({why}, at {client.Now})");
            current = client.Core.Current;
            arrived = client.Now;
            sawDown = false;
        }
    }
}
