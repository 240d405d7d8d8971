using System.Diagnostics;

namespace FailoverDemo;

/// <summary>
/// One line for each thing that happens: when, how the two servers stand, and what it was. Plain lines, so that it
/// reads the same in a file; on a terminal the states are coloured.
/// </summary>
internal sealed class Timeline(Pair pair)
{
    private const int StateWidth = 10;

    private readonly Lock gate = new();
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly bool colours = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    public static void PrintHead() => Console.WriteLine($"{"time",8}  {"primary",-StateWidth}{"backup",-StateWidth}");

    public void Say(string what)
    {
        lock (gate)
        {
            Console.Write($"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.00} s  ");
            foreach (var server in pair.Servers) Write(server.State);
            Console.WriteLine(what);
        }
    }

    private void Write(string state)
    {
        if (colours)
        {
            Console.ForegroundColor = state switch
            {
                "active" => ConsoleColor.Green,
                "passive" => ConsoleColor.Cyan,
                "dead" or "stopped" or "frozen" => ConsoleColor.Red,
                _ => ConsoleColor.Yellow,
            };
        }

        Console.Write($"{state,-StateWidth}");
        if (colours) Console.ResetColor();
    }
}
