// Watches a pair from outside: it receives what both nodes publish to each other.
//
//     dotnet run --project samples/PairMonitor
//     dotnet run --project samples/PairMonitor -- --once

using PairMonitor;

return CommandLine.Run(args);
