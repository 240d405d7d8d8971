using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using NetMQ;
using NetMQ.Sockets;

namespace Benchmarks.Failover;

/// <summary>
/// A client of plain NetMQ that asks every 2 ms: the next number of the server that answered last, or, while a number is
/// unanswered, the same one of both. No more than that, so that the pair has the machine to itself. All on its poller's
/// thread but the public methods.
/// </summary>
internal sealed class GapClient : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    // Who answered a request, besides the index of a server.
    private const sbyte Nobody = -1;
    private const sbyte Both = -2;

    private readonly DealerSocket[] servers;
    private readonly NetMQPoller poller = [];
    private readonly List<sbyte> answeredBy = [];
    private readonly Tally tally = new();
    private readonly bool restless;
    private Strike? strike;
    private (sbyte Server, int From, long Token)? succeeded; // who was succeeded, the first request made after that, and the successor's token
    private Msg frame;
    private bool waiting;
    private int favourite;
    private long firstAsked;

    /// <param name="voters">The endpoints of the two servers.</param>
    /// <param name="restless">Whether the next request follows an answer at once.</param>
    public GapClient(IEnumerable<string> voters, bool restless = false)
    {
        this.restless = restless;
        frame.InitEmpty();
        servers = [.. voters.Select(Connect)];
        for (sbyte i = 0; i < servers.Length; i++)
        {
            var server = i;
            servers[i].ReceiveReady += (_, _) => Receive(server);
            poller.Add(servers[i]);
        }

        var tick = new NetMQTimer(Interval);
        tick.Elapsed += (_, _) => Look();
        poller.Add(tick);
        poller.RunAsync("client");
    }

    /// <summary>To be read after <see cref="Dispose"/>.</summary>
    public Tally Tally => tally;

    /// <summary>Does harm to a server, and measures from that moment to the first answer of the other.</summary>
    /// <param name="victim">Its index.</param>
    /// <param name="fault">The harm. Returns at once.</param>
    /// <param name="betweenRequests">
    /// Only when nothing is unanswered: a reply of a frozen server is then one that it gave after it woke.
    /// </param>
    public TimeSpan Hit(int victim, Action fault, bool betweenRequests)
    {
        var hit = new Strike(victim, fault, betweenRequests);
        poller.Run(() =>
        {
            strike = hit;
            StrikeIfDue();
        });
        if (!hit.Gap.Task.Wait(TimeSpan.FromSeconds(30))) throw new TimeoutException("the other server did not answer for 30 s");
        return hit.Gap.Task.Result;
    }

    public void Dispose()
    {
        poller.Dispose();
        if (waiting) tally.Sent--; // on its way at the end, and no longer waited for
        foreach (var server in servers) server.Dispose();
        frame.Close();
    }

    private static DealerSocket Connect(string endpoint)
    {
        var socket = new DealerSocket();
        socket.Options.Linger = TimeSpan.Zero;

        // While the server is down nothing is kept for it: it must not find, and answer, what its peer has answered.
        socket.Options.DelayAttachOnConnect = true;
        socket.Options.ReconnectInterval = Interval;
        socket.Connect(endpoint);
        return socket;
    }

    private void Look()
    {
        StrikeIfDue();
        if (!waiting)
        {
            AskNext();
        }
        else if (Stopwatch.GetElapsedTime(firstAsked) > GiveUpAfter)
        {
            tally.Lost++;
            waiting = false;
        }
        else
        {
            Ask(0);
            Ask(1);
        }
    }

    private void StrikeIfDue()
    {
        if (strike is not { Struck: 0 } due || (due.BetweenRequests && waiting)) return;
        succeeded = null;
        due.Struck = Stopwatch.GetTimestamp();
        due.Fault();
    }

    private void AskNext()
    {
        answeredBy.Add(Nobody);
        tally.Sent++;
        waiting = true;
        firstAsked = Stopwatch.GetTimestamp();
        Ask(favourite);
    }

    private void Ask(int server)
    {
        var request = new Msg();
        request.InitPool(sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(request.Slice(), answeredBy.Count - 1);
        servers[server].TrySend(ref request, TimeSpan.Zero, more: false); // not sent is not answered: the next retry comes
        request.Close();
    }

    private void Receive(sbyte server)
    {
        while (servers[server].TryReceive(ref frame, TimeSpan.Zero))
        {
            var number = BinaryPrimitives.ReadInt32LittleEndian(frame.Slice());
            var token = 0L;
            while (frame.HasMore)
            {
                servers[server].Receive(ref frame);
                token = TokenOf(frame);
            }

            Answer(server, number, token);
        }
    }

    // What a server with an arbiter signs a reply with: role, process, token and more.
    private static long TokenOf(in Msg signature) => long.Parse(Encoding.ASCII.GetString(signature.Slice()).Split(' ')[2], CultureInfo.InvariantCulture);

    private void Answer(sbyte server, int number, long token)
    {
        if (strike is { Struck: > 0 } hit && server != hit.Victim)
        {
            strike = null;
            succeeded = ((sbyte)hit.Victim, answeredBy.Count, token);
            hit.Gap.SetResult(Stopwatch.GetElapsedTime(hit.Struck));
        }

        // With a higher token it has succeeded in turn: a busy machine may have had them change places again.
        if (succeeded is { } predecessor && server == predecessor.Server && number >= predecessor.From && token <= predecessor.Token) tally.ServedBesideSuccessor++;

        var before = answeredBy[number];
        answeredBy[number] = before == Nobody || before == server ? server : Both;
        if (before >= 0 && before != server) tally.AnsweredByTwo++;

        // The same server may answer a request that it was asked twice; and a request given up may be answered late.
        if (before != Nobody || number != answeredBy.Count - 1 || !waiting) return;

        tally.Answered++;
        favourite = server;
        waiting = false;
        if (restless && strike is null) AskNext();
    }

    private sealed record Strike(int Victim, Action Fault, bool BetweenRequests)
    {
        /// <summary>When it was carried out; 0 before.</summary>
        public long Struck { get; set; }

        public TaskCompletionSource<TimeSpan> Gap { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
