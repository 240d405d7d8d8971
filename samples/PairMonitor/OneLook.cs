using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMQ.HighAvailability;

namespace PairMonitor;

/// <summary>One verdict as JSON, for scripts.</summary>
internal static class OneLook
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Looks until all is well, and for the failover timeout at most: by then a live node has published.</summary>
    public static int Run(Watcher watcher, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        Verdict verdict;
        do
        {
            watcher.Look();
            verdict = Verdict.Of(watcher.Pair);
        }
        while (verdict.Severity != Severity.Healthy && clock.Elapsed < limit);

        Console.WriteLine(new JsonObject
        {
            ["status"] = Lower(verdict.Severity),
            ["reason"] = verdict.Reason,
            ["dualActive"] = watcher.Pair.AreBothActive,
            ["nodes"] = new JsonArray(Of(watcher.Pair, watcher.Pair.Primary), Of(watcher.Pair, watcher.Pair.Backup)),
        }.ToJsonString(Indented));
        return (int)verdict.Severity;
    }

    private static JsonObject Of(Pair pair, Node node) => new()
    {
        ["role"] = node.Role,
        ["endpoint"] = node.Endpoint,
        ["state"] = pair.StateOf(node),
        ["token"] = node.Token,
        ["servesBy"] = pair.ServesBy(node) is var mandate and not BinaryStarMandate.None ? Lower(mandate) : null,
        ["heartbeatAgeSeconds"] = node.Age is { } age ? Math.Round(age.TotalSeconds, 3) : null,
    };

    private static string Lower(Enum value) => value.ToString().ToLowerInvariant();
}
