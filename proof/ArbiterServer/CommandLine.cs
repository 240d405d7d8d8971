using System.CommandLine;
using NetMQ.HighAvailability;

namespace ArbiterServer;

/// <summary>The options, their defaults, and the exit code: 0 when asked to stop, 2 on bad usage, 1 on a fault.</summary>
internal static class CommandLine
{
    private const int Success = 0;
    private const int Fault = 1;
    private const int BadUsage = 2;

    private static readonly Option<BinaryStarRole> Role = new("--role") { Description = "primary or backup", Required = true };
    private static readonly Option<string> Voter = Endpoint("--voter", "Where clients connect");
    private static readonly Option<string> Local = Endpoint("--local", "Where this node publishes its state");
    private static readonly Option<string> Remote = Endpoint("--remote", "Where the other node publishes its own");
    private static readonly Option<int?> Heartbeat = Milliseconds("--heartbeat", "How often a node publishes its state");
    private static readonly Option<int?> Failover = Milliseconds("--failover", "How long a node must be silent to be taken for dead");
    private static readonly Option<int?> Lease = Milliseconds("--lease", "How long a node may serve by the arbiter alone");
    private static readonly Option<bool> Strict = new("--strict") { Description = "Serve by the arbiter alone" };
    private static readonly Option<bool> DetectCrash = new("--detect-crash") { Description = "Take over within milliseconds when the other process dies" };
    private static readonly Option<string> Name = new("--name") { Description = "The pair's name [default: pair]", DefaultValueFactory = _ => "pair" };

    private static readonly Option<string> Arbiter = new("--arbiter")
    {
        Description = "none, postgres=CONNECTION-STRING or etcd=URL,URL,… [default: none]",
        DefaultValueFactory = _ => Store.None,
    };

    public static int Run(string[] args, Action<Settings> serve)
    {
        var command = new RootCommand("An echo server of a pair with an arbiter. Orders on standard input: handover, stop; it ends with that. It prints its state with its token.")
        {
            Role, Voter, Local, Remote, Heartbeat, Failover, Lease, Strict, DetectCrash, Name, Arbiter,
        };
        command.SetAction(line => Serve(line, serve));
        var parsed = command.Parse(args);
        if (parsed.Errors.Count == 0) return parsed.Invoke();
        foreach (var error in parsed.Errors) Console.Error.WriteLine($"error: {error.Message}");
        return BadUsage;
    }

    private static int Serve(ParseResult line, Action<Settings> serve)
    {
        try
        {
            serve(Read(line));
            return Success;
        }
        catch (ArgumentException badOption)
        {
            Console.Error.WriteLine($"error: {badOption.Message}");
            return BadUsage;
        }
#pragma warning disable CA1031 // Whatever ended the server, its user is told in one line rather than with a stack.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"error: {fault.Message.ReplaceLineEndings(" ")}");
            return Fault;
        }
    }

    private static Settings Read(ParseResult line)
    {
        var options = new BinaryStarOptions
        {
            Role = line.GetValue(Role),
            Name = line.GetValue(Name),
            LocalEndpoints = [line.GetValue(Local)!],
            RemoteEndpoints = [line.GetValue(Remote)!],
            DetectCrash = line.GetValue(DetectCrash),
            ArbiterPolicy = line.GetValue(Strict) ? ArbiterPolicy.Strict : ArbiterPolicy.Quorum,
        };
        options.HeartbeatInterval = Span(line, Heartbeat) ?? options.HeartbeatInterval;
        options.FailoverTimeout = Span(line, Failover) ?? options.FailoverTimeout;
        options.ArbiterLease = Span(line, Lease) ?? options.ArbiterLease;
        return new Settings(line.GetValue(Voter)!, options, line.GetValue(Arbiter)!);
    }

    private static Option<string> Endpoint(string name, string description) => new(name) { Description = description, HelpName = "ENDPOINT", Required = true };

    private static Option<int?> Milliseconds(string name, string description) => new(name) { Description = $"{description}, in milliseconds", HelpName = "MS" };

    private static TimeSpan? Span(ParseResult line, Option<int?> milliseconds) => line.GetValue(milliseconds) is { } value ? TimeSpan.FromMilliseconds(value) : null;
}
