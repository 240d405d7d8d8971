namespace NetMQ.HighAvailability.Chaos;

/// <summary>A time in which one process said that it was active, by the clock of the machine; open while it lasts.</summary>
internal sealed class Term(int server, DateTime from)
{
    public int Server => server;

    public DateTime From => from;

    public DateTime To { get; set; } = DateTime.MaxValue;
}

/// <summary>One request that was answered, and when it was sent and answered: it was accepted at some moment between.</summary>
internal readonly record struct Answer(int Server, int Number, DateTime Sent, DateTime Received);
