using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>
/// The core beside two modelled servers of one pair, which changes hands once: whatever the handlers take and however
/// busy the successor is, nothing is executed more than twice. The seed is in the failure's message.
/// </summary>
public sealed class ClientCoreExecutionsTests
{
    private const int Lives = 400;

    private enum Fault
    {
        PoliteStop,
        SwitchOver,
        Crash,
    }

    [Fact]
    public void One_change_of_hands_executes_no_request_more_than_twice()
    {
        for (var seed = 0; seed < Lives; seed++) new Life(seed).Run();
    }

    /// <summary>One pair, one client and one fault, a millisecond at a time.</summary>
    private sealed class Life
    {
        private readonly Random random;
        private readonly string why;
        private readonly CoreDriver client = CoreDriver.FollowingNotices();
        private readonly Server[] servers;
        private readonly Dictionary<long, int> executed = [];
        private readonly int callers;
        private int taken; // of what the client has sent
        private int answered;

        public Life(int seed)
        {
            random = new Random(seed);
            callers = random.Next(2) == 0 ? 1 : random.Next(2, 64);
            var later = random.Next(2) == 0;
            var handler = later ? random.Next(0, 1500) : random.Next(4) switch { 0 => 0, 1 => random.Next(1, 10), _ => random.Next(10, 120) };
            servers = [new Server(later, handler) { IsActive = true }, new Server(later, handler)];
            why = $"seed {seed}: {callers} callers, {handler} ms {(later ? "later" : "in the loop")}";
        }

        public void Run()
        {
            for (var i = 0; i < callers; i++) client.Submit();
            Pass(random.Next(0, 3000));

            var fault = (Fault)random.Next(3);
            if (random.Next(3) == 0) servers[1].BusyUntil = client.Now + random.Next(1, 1500); // with somebody else's request
            servers[0].IsActive = false;
            if (fault == Fault.Crash) Lose();
            Pass(random.Next(0, 30)); // until the successor knows
            servers[1].IsActive = true;
            Pass(random.Next(0, 200));
            if (fault == Fault.PoliteStop) Lose();

            var before = answered;
            Pass(20_000, until: () => answered >= before + (2 * callers));
            answered.Should().BeGreaterThanOrEqualTo(before + (2 * callers), $"{why}, {fault}");
            executed.Values.Max().Should().BeLessThanOrEqualTo(2, $"{why}, {fault}");
        }

        private void Lose()
        {
            servers[0] = new Server(false, 0) { IsGone = true };
            client.Down(0);
        }

        private void Pass(int milliseconds, Func<bool>? until = null)
        {
            for (var i = 0; i < milliseconds && until?.Invoke() != true; i++)
            {
                client.Pass(1);
                Deliver();
                for (var server = 0; server < 2; server++) Serve(server);
                Deliver();
            }
        }

        private void Deliver()
        {
            for (; taken < client.Sent.Count; taken++)
            {
                var (server, number, _) = client.Sent[taken];
                servers[server].Queue.Enqueue((number, client.HasAskedForReceipt(server, number)));
            }
        }

        private void Serve(int index)
        {
            var server = servers[index];
            if (server.IsGone) return;
            while (server.Replies.TryPeek(out var reply, out var due) && due <= client.Now)
            {
                server.Replies.Dequeue();
                if (client.Answer(index, reply) != ReplyKind.Awaited) continue;
                answered++;
                client.Submit();
            }

            while (server.BusyUntil <= client.Now && server.Queue.TryDequeue(out var request))
            {
                if (!server.IsActive)
                {
                    client.Reject(index, request.Number);
                    continue;
                }

                executed[request.Number] = executed.GetValueOrDefault(request.Number) + 1;
                if (request.Receipt) client.Receive(index, request.Number);
                server.Replies.Enqueue(request.Number, client.Now + server.HandlerMs);
                if (!server.AnswersLater) server.BusyUntil = client.Now + server.HandlerMs;
                if (server is { AnswersLater: false, HandlerMs: 0 }) break; // a request a millisecond
            }
        }
    }

    private sealed class Server(bool answersLater, int handlerMs)
    {
        public bool AnswersLater => answersLater;

        public int HandlerMs => handlerMs;

        public bool IsActive { get; set; }

        public bool IsGone { get; set; }

        public int BusyUntil { get; set; }

        public Queue<(long Number, bool Receipt)> Queue { get; } = new();

        public PriorityQueue<long, int> Replies { get; } = new();
    }
}
