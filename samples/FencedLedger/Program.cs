// A ledger that no paused server can spoil: the pair's arbiter is the PostgreSQL that has the ledger, and each transaction ends with the fence.
// Start both servers, in any order, and book:
//
//     dotnet run --project samples/FencedLedger -- server --primary --database "Host=localhost;Username=postgres"
//     dotnet run --project samples/FencedLedger -- server --backup --database "Host=localhost;Username=postgres"
//     dotnet run --project samples/FencedLedger -- client --count 10
//
// With --pause-before-fence 5000 a server waits amid each transaction, so that you can freeze it there (kill -STOP) and wake it later
// (kill -CONT). The demo does all that by itself, in a running PostgreSQL, with processes that it starts:
//
//     dotnet run --project samples/FencedLedger -- demo --database "Host=localhost;Username=postgres"

using FencedLedger;

return await CommandLine.RunAsync(args);
