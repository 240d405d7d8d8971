using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using NetMQ;
using NetMQ.Sockets;

namespace FailoverDemo;

/// <summary>
/// A client that never rests: it sends numbered requests, the next as soon as the last is answered, and asks the other
/// server the same when one does not answer at once.
/// </summary>
/// <remarks>
/// The echo says nothing about who answered; a socket for each server does. All on the poller's thread, except where
/// it says otherwise.
/// </remarks>
internal sealed class Traffic : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    // Who answered a request, besides the index of a server.
    private const sbyte Nobody = -1;
    private const sbyte Both = -2;

    private readonly DealerSocket[] servers;
    private readonly NetMQPoller poller = [];
    private readonly ConcurrentQueue<Action> betweenRequests = new();
    private readonly List<sbyte> answeredBy = [];
    private Tally tally = new();
    private Msg frame;
    private int asked;
    private long firstAsked;
    private long lastAsked;
    private volatile int servedBy = Nobody;
    private volatile bool askBoth;

    public Traffic(IEnumerable<string> endpoints)
    {
        servers = [.. endpoints.Select(Connect)];
        for (sbyte i = 0; i < servers.Length; i++)
        {
            var server = i;
            servers[i].ReceiveReady += (_, _) => Receive(server);
            poller.Add(servers[i]);
        }

        var impatience = new NetMQTimer(RetryAfter / 4);
        impatience.Elapsed += (_, _) => RetryIfLate();
        poller.Add(impatience);
        frame.InitEmpty();
    }

    /// <summary>The server that answered last; -1 before the first answer. Any thread.</summary>
    public int ServedBy => servedBy;

    /// <summary>Whether each request goes to both servers at once, to tempt the one that must not answer. Any thread.</summary>
    public bool AskBoth
    {
        get => askBoth;
        set => askBoth = value;
    }

    /// <summary>Told when another server answers than before, and how long the client waited for it.</summary>
    public event Action<int, TimeSpan>? ServerChanged;

    public void Start()
    {
        AskNext();
        poller.RunAsync("traffic");
    }

    /// <summary>
    /// Does something when the last request is answered and the next is not sent: no reply is on its way then. Any
    /// thread.
    /// </summary>
    public Task BetweenRequests(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        betweenRequests.Enqueue(() =>
        {
            action();
            done.SetResult();
        });
        return done.Task;
    }

    /// <summary>What happened since the last call. Any thread.</summary>
    public async Task<Tally> TakeTally()
    {
        var taken = tally;
        await BetweenRequests(() =>
        {
            taken = tally;
            tally = new Tally();
        });
        return taken;
    }

    public void Dispose()
    {
        poller.Dispose();
        foreach (var server in servers) server.Dispose();
        frame.Close();
    }

    private static DealerSocket Connect(string endpoint)
    {
        var socket = new DealerSocket();
        socket.Options.Linger = TimeSpan.Zero;

        // While the server is down nothing is kept for it: it must not find, and answer, what its peer has answered.
        socket.Options.DelayAttachOnConnect = true;
        socket.Options.ReconnectInterval = RetryAfter;
        socket.Connect(endpoint);
        return socket;
    }

    private void AskNext()
    {
        answeredBy.Add(Nobody);
        tally.Sent++;
        firstAsked = Stopwatch.GetTimestamp();
        Ask(asked);
        if (askBoth) Ask(1 - asked);
    }

    private void RetryIfLate()
    {
        if (Stopwatch.GetElapsedTime(firstAsked) > GiveUpAfter)
        {
            tally.Lost++;
            EndRequest();
        }
        else if (Stopwatch.GetElapsedTime(lastAsked) > RetryAfter)
        {
            asked = 1 - asked;
            Ask(asked);
        }
    }

    private void Ask(int server)
    {
        lastAsked = Stopwatch.GetTimestamp();
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
            Answer(server, BinaryPrimitives.ReadInt32LittleEndian(frame.Slice()));
        }
    }

    private void Answer(sbyte server, int number)
    {
        var before = answeredBy[number];
        answeredBy[number] = before == Nobody || before == server ? server : Both;
        if (before >= 0 && before != server) tally.AnsweredTwice++;

        // The same server may answer a request that it was asked twice; and a request given up may be answered late.
        if (before != Nobody || number != answeredBy.Count - 1) return;

        var waited = Stopwatch.GetElapsedTime(firstAsked);
        tally.Answered++;
        if (waited > tally.LongestWait) tally.LongestWait = waited;
        asked = server;
        if (servedBy != server)
        {
            servedBy = server;
            ServerChanged?.Invoke(server, waited);
        }

        EndRequest();
    }

    private void EndRequest()
    {
        while (betweenRequests.TryDequeue(out var action)) action();
        AskNext();
    }
}
