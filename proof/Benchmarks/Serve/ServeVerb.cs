using System.CommandLine;
using System.Globalization;
using Benchmarks.Arbiters;
using NetMQ;

namespace Benchmarks.Serve;

/// <summary>The hidden verb <c>serve</c>: this program as one of the servers that it measures.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        var voter = new Argument<string>("voter");
        var state = new Argument<string[]>("role, local, remote") { Arity = new ArgumentArity(3, 3) };
        var nodes = new Argument<int>("nodes");
        var perPoller = new Argument<int>("nodes per poller");
        var bytes = new Argument<int>("bytes");
        var window = new Argument<int>("window");

        var star = new Command("star") { voter, state };
        star.SetAction(line => Serve(new StarEcho(line.GetValue(voter)!, line.GetValue(state)!, inPlace: true)));
        var record = new Argument<string>("record");
        var starArbiter = new Command("star-arbiter") { voter, state, record };
        starArbiter.SetAction(line => Serve(new StarEcho(line.GetValue(voter)!, line.GetValue(state)!, inPlace: true, arbiter: new FileArbiter(line.GetValue(record)!))));
        var frames = new Command("star-frames") { voter, state };
        frames.SetAction(line => Serve(new StarEcho(line.GetValue(voter)!, line.GetValue(state)!, inPlace: false)));
        var form = new Argument<AsyncForm>("form");
        var places = new Argument<int>("places");
        var asynchronous = new Command("star-async") { voter, state, form, places };
        asynchronous.SetAction(line => Serve(new AsyncEcho(line.GetValue(voter)!, line.GetValue(state)!, line.GetValue(form), line.GetValue(places))));
        var bare = new Command("bare") { voter };
        bare.SetAction(line => Serve(new BareEcho(line.GetValue(voter)!, drain: false)));
        var batch = new Command("batch") { voter };
        batch.SetAction(line => Serve(new BareEcho(line.GetValue(voter)!, drain: true)));
        var keys = new Argument<string[]>("secret, public key") { Arity = new ArgumentArity(2, 2) };
        var starCurve = new Command("star-curve") { voter, state, keys };
        starCurve.SetAction(line => Serve(new StarEcho(line.GetValue(voter)!, line.GetValue(state)!, inPlace: true, Certificate(line.GetValue(keys)!))));
        var batchCurve = new Command("batch-curve") { voter, keys };
        batchCurve.SetAction(line => Serve(new BareEcho(line.GetValue(voter)!, drain: true, keys: Certificate(line.GetValue(keys)!))));
        var many = new Command("nodes") { nodes, perPoller };
        many.SetAction(line => Serve(new ManyNodes(line.GetValue(nodes), line.GetValue(perPoller))));
        var manyArbiter = new Command("nodes-arbiter") { nodes, perPoller };
        manyArbiter.SetAction(line => Serve(new ManyNodes(line.GetValue(nodes), line.GetValue(perPoller), new CountingArbiter())));
        var asking = new Command("asking") { voter, bytes, window };
        asking.SetAction(line => Serve(new Asking(line.GetValue(voter)!, line.GetValue(bytes), line.GetValue(window))));
        var work = new Argument<int>("milliseconds");
        var later = new Argument<bool>("later");
        var counts = new Argument<string>("counts");
        var counting = new Command("counting") { voter, state, work, later, counts };
        counting.SetAction(line => Serve(new CountingEcho(
            line.GetValue(voter)!, line.GetValue(state)!, TimeSpan.FromMilliseconds(line.GetValue(work)), line.GetValue(later), line.GetValue(counts)!)));

        return new Command("serve", "One of the servers that are measured, or a client of one.")
        {
            star, starArbiter, frames, asynchronous, bare, batch, starCurve, batchCurve, many, manyArbiter, asking, counting,
        };
    }

    private static NetMQCertificate Certificate(string[] keys) => new(keys[0], keys[1]);

    private static void Serve(IServer server)
    {
        new Thread(() => Answer(server)) { IsBackground = true, Name = "report" }.Start();
        Console.WriteLine("ready");
        using (server) server.Run();
    }

    // Ends the process with its standard input: whoever started it has ended.
    private static void Answer(IServer server)
    {
        while (Console.In.ReadLine() is not null)
        {
            Console.WriteLine(string.Join(' ', server.Report().Select(number => number.ToString(CultureInfo.InvariantCulture))));
        }

        Environment.Exit(0);
    }
}

/// <summary>A server that is measured.</summary>
internal interface IServer : IDisposable
{
    /// <summary>Serves until the process is ended.</summary>
    void Run();

    /// <summary>Numbers for whoever asks; each server says which. Any thread.</summary>
    long[] Report();
}
