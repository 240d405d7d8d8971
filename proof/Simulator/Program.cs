using System.Diagnostics;
using NetMQ.HighAvailability.Simulator.Life;
using NetMQ.HighAvailability.Simulator.Table;
using Results;

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

        var output = new ResultFile("Simulator", args);
        if (command.Table)
        {
            FaultTable.Write(output.WriteLine);
            if (command.Report is { } table) output.Save(table);
            return 0;
        }

        var clock = Stopwatch.StartNew();
        var plan = command.Only is null ? command.Plan : command.Plan with { Pairs = 1 };
        var tally = command.Only is { } pair ? PairLife.Live(plan, pair) : Simulation.Run(plan, command.Progress ? Show : null);
        using var text = new StringWriter { NewLine = "\n" };
        Report.Write(text, plan, tally, clock.Elapsed);
        output.WriteLine(text.ToString().TrimEnd());
        if (command.Report is { } file) output.Save(file);
        return Report.Passed(tally) ? 0 : 1;

        void Show(int done)
        {
            if (done % 50 == 0) Console.Error.WriteLine($"{done} of {plan.Pairs} pairs");
        }
    }
}
