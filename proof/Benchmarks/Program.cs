// What the pair costs and how long its clients wait, each figure by a command:
//
//     dotnet run -c Release --project proof/Benchmarks -- failover
//     dotnet run -c Release --project proof/Benchmarks -- drain
//     dotnet run -c Release --project proof/Benchmarks -- throughput
//     dotnet run -c Release --project proof/Benchmarks -- connections
//     dotnet run -c Release --project proof/Benchmarks -- curve
//     dotnet run -c Release --project proof/Benchmarks -- client failover|throughput|idle|allocation
//     dotnet run -c Release --project proof/Benchmarks -- micro
//     dotnet run -c Release --project proof/Benchmarks -- scale
//     dotnet run -c Release --project proof/Benchmarks -- arbiter
//     dotnet run -c Release --project proof/Benchmarks -- soak
//
// --quick takes less than a minute, --json FILE and --plot FILE.png keep the outcome.

using Benchmarks.Common;

return Verbs.Run(args);
