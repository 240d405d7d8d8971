// What the pair costs and how long its clients wait, each figure by a command:
//
//     dotnet run -c Release --project tests/Benchmarks -- failover
//     dotnet run -c Release --project tests/Benchmarks -- throughput
//     dotnet run -c Release --project tests/Benchmarks -- client failover|throughput|idle|allocation
//     dotnet run -c Release --project tests/Benchmarks -- micro
//     dotnet run -c Release --project tests/Benchmarks -- scale
//     dotnet run -c Release --project tests/Benchmarks -- soak
//
// --quick takes less than a minute, --json FILE and --plot FILE.png keep the outcome.

using Benchmarks.Common;

return Verbs.Run(args);
