using System.Globalization;
using NetMQ;
using NetMQ.Sockets;

namespace FailoverDemo;

/// <summary>Asks both servers the same at once, past the library's client, which never would: only one may answer.</summary>
internal static class Temptation
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <returns>How many requests both answered.</returns>
    public static int Tempt(Pair pair, TimeSpan duration, CancellationToken cancellation)
    {
        var sockets = pair.Servers.Select(server => new DealerSocket(server.Voter)).ToArray();
        var answers = sockets.Select(_ => new HashSet<string>()).ToArray();
        try
        {
            var until = Environment.TickCount64 + (long)duration.TotalMilliseconds;
            for (var number = 0; Environment.TickCount64 < until && !cancellation.IsCancellationRequested; number++)
            {
                foreach (var socket in sockets) socket.TrySendFrame(number.ToString(CultureInfo.InvariantCulture));
                for (var i = 0; i < sockets.Length; i++)
                {
                    while (sockets[i].TryReceiveFrameString(i == 0 ? Pause : TimeSpan.Zero, out var answer)) answers[i].Add(answer);
                }
            }
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }

        return answers[0].Intersect(answers[1]).Count();
    }
}
