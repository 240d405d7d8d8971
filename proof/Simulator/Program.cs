using System.Diagnostics;
using NetMQ.HighAvailability.Simulator.Life;

namespace NetMQ.HighAvailability.Simulator;

internal static class Program
{
    public static int Main(string[] args)
    {
        Command command;
        try
        {
            command = Command.Parse(args);
        }
        catch (FormatException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            Console.Error.WriteLine();
            Console.Error.WriteLine(Command.Usage);
            return 2;
        }

        if (command.Help)
        {
            Console.WriteLine(Command.Usage);
            return 0;
        }

        var clock = Stopwatch.StartNew();
        var plan = command.Only is null ? command.Plan : command.Plan with { Pairs = 1 };
        var tally = command.Only is { } pair ? PairLife.Live(plan, pair) : Simulation.Run(plan, command.Progress ? Show : null);
        Report.Write(Console.Out, plan, tally, clock.Elapsed);
        return Report.Passed(tally) ? 0 : 1;

        void Show(int done)
        {
            if (done % 50 == 0) Console.Error.WriteLine($"{done} of {plan.Pairs} pairs");
        }
    }
}
