using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability;

namespace EchoServer;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings(string Voter, BinaryStarOptions Options, bool Sign, bool Verbose)
{
    /// <summary>
    /// Standard output is for the states alone, so that a script can follow it: everything else goes to standard
    /// error.
    /// </summary>
    public ILoggerFactory CreateLogging() => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(Verbose ? LogLevel.Trace : LogLevel.Warning)
        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
        .AddSimpleConsole(line =>
        {
            line.SingleLine = true;
            line.TimestampFormat = "HH:mm:ss.fff ";
        }));

    /// <summary>One line for each state, whose last word is the state. The console flushes it at once.</summary>
    public void Print(BinaryStarState state) =>
        Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff} {Options.Role} is {state}".ToLowerInvariant());
}
