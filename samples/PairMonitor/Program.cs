// Watches a pair from outside: it hears what both nodes say to each other.
//
//     dotnet run --project samples/PairMonitor
//     dotnet run --project samples/PairMonitor -- --once

using PairMonitor;

return CommandLine.Run(args);
