using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability;

namespace EchoServer;

/// <summary>What the command line asks for.</summary>
/// <param name="Voter">Where clients connect.</param>
/// <param name="Options">Of the node.</param>
/// <param name="Requests">Of an asynchronous handler.</param>
/// <param name="Wait">For how long an asynchronous handler waits; null if the handler is synchronous.</param>
/// <param name="Journal">The file in which an asynchronous handler notes its begins and ends; null for none.</param>
/// <param name="Sign">Whether replies end with who gave them.</param>
/// <param name="Verbose">Whether all is logged.</param>
internal sealed record Settings(string Voter, BinaryStarOptions Options, VoterOptions Requests, WaitTime? Wait, string? Journal, bool Sign, bool Verbose)
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
