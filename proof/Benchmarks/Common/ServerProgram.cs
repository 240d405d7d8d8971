using System.Globalization;
using Processes;

namespace Benchmarks.Common;

/// <summary>A program of which two make a pair: how it is started, and what it says.</summary>
internal abstract class ServerProgram
{
    public abstract SampleProcess Start(IEnumerable<string> arguments, Action<string> onLine);

    /// <param name="pair">The pair's name.</param>
    /// <param name="place">Role and endpoints.</param>
    /// <param name="timing">Of both.</param>
    /// <param name="detectCrash">Whether a dead peer is noticed.</param>
    public abstract IEnumerable<string> Arguments(string pair, Place place, PairTiming timing, bool detectCrash);

    /// <summary>The state in a line of its output.</summary>
    public abstract string StateOf(string line);

    public abstract void HandOver(SampleProcess process);

    protected static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where one of the two is.</summary>
    public sealed record Place(string Role, string Voter, string Local, string Remote);
}

/// <summary>The sample EchoServer: the one beside this program, or a <paramref name="native"/> one.</summary>
internal sealed class EchoProgram(FileInfo? native) : ServerProgram
{
    public override SampleProcess Start(IEnumerable<string> arguments, Action<string> onLine) =>
        native is null ? SampleProcess.Start("EchoServer", arguments, onLine) : SampleProcess.Start([native.FullName, .. arguments], onLine);

    public override IEnumerable<string> Arguments(string pair, Place place, PairTiming timing, bool detectCrash) =>
    [
        "--" + place.Role, "--voter", place.Voter, "--local", place.Local, "--remote", place.Remote,
        "--heartbeat", Milliseconds(timing.Heartbeat), "--failover-timeout", Milliseconds(timing.FailoverTimeout),
        .. detectCrash ? ["--detect-crash"] : Array.Empty<string>(),
    ];

    public override string StateOf(string line) => line.Split(' ')[^1];

    public override void HandOver(SampleProcess process) => process.HandOver();
}

/// <summary>The ArbiterServer beside this program.</summary>
/// <param name="arbiter">Which arbiter, as it takes it.</param>
internal sealed class ArbiterProgram(string arbiter) : ServerProgram
{
    public override SampleProcess Start(IEnumerable<string> arguments, Action<string> onLine) => SampleProcess.Start("ArbiterServer", arguments, onLine);

    public override IEnumerable<string> Arguments(string pair, Place place, PairTiming timing, bool detectCrash) =>
    [
        "--role", place.Role, "--voter", place.Voter, "--local", place.Local, "--remote", place.Remote,
        "--heartbeat", Milliseconds(timing.Heartbeat), "--failover", Milliseconds(timing.FailoverTimeout),
        "--name", pair, "--arbiter", arbiter,
        .. detectCrash ? ["--detect-crash"] : Array.Empty<string>(),
    ];

    // Time, role, state, token and more.
    public override string StateOf(string line) => line.Split(' ')[2];

    public override void HandOver(SampleProcess process) => process.Write("handover");
}
