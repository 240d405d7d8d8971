namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>A time in which one process reported to be active; open while it lasts.</summary>
internal sealed class Term(int server, int process, DateTime from)
{
    public int Server => server;

    public int Process => process;

    public DateTime From => from;

    public DateTime To { get; set; } = DateTime.MaxValue;
}

/// <summary>A time with a name.</summary>
internal readonly record struct Span(DateTime From, DateTime To)
{
    public bool Contains(DateTime moment) => moment >= From && moment <= To;

    public bool Overlaps(DateTime from, DateTime to) => To > from && From < to;
}
