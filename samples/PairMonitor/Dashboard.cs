using System.Globalization;
using NetMQ.HighAvailability;
using Spectre.Console;

namespace PairMonitor;

/// <summary>The pair on a terminal, until Ctrl+C.</summary>
internal static class Dashboard
{
    private const int Remembered = 12;

    public static void Run(Watcher watcher)
    {
        var stopping = false;
        Console.CancelKeyPress += (_, e) => e.Cancel = stopping = true;
        var journal = new Journal(watcher);
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            // No terminal: a line for each change.
            while (!stopping)
            {
                watcher.Look();
                foreach (var line in journal.News()) Console.WriteLine(line);
            }

            return;
        }

        var transitions = new Queue<string>();
        AnsiConsole.Live(new Text("")).Start(live =>
        {
            while (!stopping)
            {
                watcher.Look();
                foreach (var line in journal.News()) transitions.Enqueue(line);
                while (transitions.Count > Remembered) transitions.Dequeue();
                live.UpdateTarget(Draw(watcher, transitions));
            }
        });
    }

    // By the lease is worth a look: it serves without its peer.
    private static string ServesBy(BinaryStarMandate mandate) => mandate switch
    {
        BinaryStarMandate.Peer => "its peer's promise",
        BinaryStarMandate.Lease => "[yellow]the arbiter's lease[/]",
        _ => "–",
    };

    private static Rows Draw(Watcher watcher, IEnumerable<string> transitions)
    {
        var verdict = Verdict.Of(watcher.Pair);
        var colour = verdict.Severity switch
        {
            Severity.Healthy => Color.Green,
            Severity.Warning => Color.Yellow,
            _ => Color.Red,
        };
        var table = new Table().AddColumns("node", "endpoint", "state", "heartbeat");
        var hasArbiter = watcher.Pair.Primary.Token is not null || watcher.Pair.Backup.Token is not null;
        if (hasArbiter) table.AddColumns("token", "serves by");
        foreach (var node in new[] { watcher.Pair.Primary, watcher.Pair.Backup })
        {
            var look = node.IsActive ? "bold green" : node.IsPassive ? "blue" : node.IsAlive ? "yellow" : "red";
            var age = node.Age is { } elapsed ? string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:F1} s ago") : "–";
            string[] cells = [node.Role, Markup.Escape(node.Endpoint), $"[{look}]{watcher.Pair.StateOf(node)}[/]", age];
            table.AddRow(hasArbiter ? [.. cells, $"{node.Token}", ServesBy(watcher.Pair.ServesBy(node))] : cells);
        }

        return new Rows(
            new Panel(new Text(verdict.Reason, new Style(colour))) { BorderStyle = new Style(colour), Header = new PanelHeader(verdict.Severity.ToString()) },
            table,
            new Text(string.Join(Environment.NewLine, transitions)));
    }
}
