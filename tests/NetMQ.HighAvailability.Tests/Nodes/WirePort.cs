using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A listening port that echoes, on a poller of its own, with limits and a time that a test decides.</summary>
internal sealed class WirePort : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly NetMQPoller poller = [];
    private readonly LoopSignal signal = new();
    private readonly FakeLogCollector collector = FakeLogCollector.Create(new FakeLogCollectorOptions());
    private readonly ListeningPort port;
    private readonly Clock clock;

    public WirePort(Func<PortSettings, PortSettings>? change = null)
    {
        clock = new Clock(Time);
        var metadata = Metadata.Write(SocketKind.Router, []);
        var settings = new PortSettings
        {
            What = "port under test",
            Kind = SocketKind.Router,
            NewMechanism = () => new NullMechanism(metadata),
            Limits = new WireLimits(1 << 20, 1024),
        };
        port = new ListeningPort(
            [new TcpEndpoint("127.0.0.1", 0)], change?.Invoke(settings) ?? settings, signal, clock, new LogThrottle(), new FakeLogger(collector));
        signal.Attach(poller);
        port.Attach(poller, Serve);
        poller.RunAsync();
    }

    public FakeTimeProvider Time { get; } = new();

    public int Number => port.Endpoints[0].Port;

    public int Connections => Read(() => port.Connections.Count);

    /// <summary>How much memory holds what is not whole.</summary>
    public long Held => Read(() => port.Connections.Sum(connection => (long)connection.HeldBytes));

    public int LogCount(int eventId) => collector.GetSnapshot().Count(record => record.Id.Id == eventId);

    /// <summary>Lets time pass, and the port look after its connections as it does once a tick.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        Read(() =>
        {
            port.Look(clock.Now, Tick);
            return true;
        });
    }

    public void Dispose()
    {
        Read(() =>
        {
            port.Dispose();
            signal.Dispose();
            return true;
        });
        poller.Dispose();
    }

    private T Read<T>(Func<T> value)
    {
        var task = new Task<T>(value);
        task.Start(poller);
        Wait.For(task, "the port's thread");
        return task.Result;
    }

    private void Serve()
    {
        while (port.TryRead(out var connection, out var reading))
        {
            if (reading == Reading.Message && port.HasRoom(connection))
            {
                for (var i = 0; i < connection.FrameCount; i++) connection.Wire.WriteFrame(connection.Frame(i), more: i < connection.FrameCount - 1);
                port.MarkDirty(connection);
            }

            connection.Done();
        }

        port.Flush();
        if (port.HasWork) port.WakeLater();
    }
}
