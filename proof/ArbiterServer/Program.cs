// One half of an echo server of which at most one half serves, whatever happens: an arbiter decides. For chaos and benchmarks.

return ArbiterServer.CommandLine.Run(args, ArbiterServer.Server.Run);
