// What following a pair costs a client, against EchoServer processes of their own on this machine. Exit code 0 when
// the verb's target was met, 1 when not, 2 on bad usage.
//
//     dotnet run -c Release --project tests/ClientBenchmarks -- failover [KILLS]
//     dotnet run -c Release --project tests/ClientBenchmarks -- throughput [ROUNDS]
//     dotnet run -c Release --project tests/ClientBenchmarks -- idle [SECONDS]
//     dotnet run -c Release --project tests/ClientBenchmarks -- allocation [MILLIONS]

using System.Globalization;
using ClientBenchmarks;

var verb = args.FirstOrDefault();
int? number = args.Length > 1 && int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : null;
if (args.Length > 2 || (args.Length == 2 && number is not > 0)) verb = null;

bool? met = verb switch
{
    "failover" => await Failover.Run(number ?? 100),
    "throughput" => await Throughput.Run(number ?? 7),
    "idle" => await Idle.Run(number ?? 30),
    "allocation" => await Allocation.Run(number ?? 10),
    _ => null,
};
if (met is { } result)
{
    Console.WriteLine(result ? "target met" : "target missed");
    return result ? 0 : 1;
}

Console.Error.WriteLine("usage: ClientBenchmarks failover [KILLS] | throughput [ROUNDS] | idle [SECONDS] | allocation [MILLIONS]");
return 2;
