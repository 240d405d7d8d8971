using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NetMQ.HighAvailability.Tests;

/// <summary>What users write for a handler either waits for nothing or does not compile, with the remedy in the error.</summary>
public sealed class AsyncHandlerCompilationTests
{
    private const string Remedy = "docs/operating.md#asynchronous-handlers";

    private static readonly MetadataReference[] References = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Select(file => (MetadataReference)MetadataReference.CreateFromFile(file))
        .ToArray();

    [Theory]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, async client => await Task.Yield());", Remedy)]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, async client => { await Task.Yield(); throw new Exception(); });", Remedy)]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, HandleAsync);", Remedy)]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, client => HandleAsync(client));", Remedy)]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, client => AnswerAsync(client));", Remedy)]
    [InlineData("pair.HandleRequests(async client => await Task.Yield());", Remedy)]
    [InlineData("pair.HandleRequests(HandleAsync);", Remedy)]
    [InlineData("pair.HandleRequests(async client => { await Task.Yield(); throw new Exception(); });", Remedy)]
    [InlineData("pair.ConfigureNode(async (services, star) => await Task.Yield());", "hosted service")]
    public void An_asynchronous_handler_does_not_compile(string statement, string remedy) =>
        Errors(statement).Should().ContainSingle().Which.Should().StartWith("CS0619").And.Contain(remedy);

    [Theory]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, client => client.SendFrame(client.ReceiveFrameBytes()));")]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, client => client.TrySendFrame(\"returns a value\"));")]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, client => { });")]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, _ => throw new Exception());")]
    [InlineData("star.RegisterVoter(\"\", ZmqSocketType.Router, Handle);")]
    [InlineData("pair.HandleRequests(_ => throw new Exception());")]
    [InlineData("pair.HandleRequests(client => client.SendFrame(client.ReceiveFrameBytes()));")]
    [InlineData("star.RegisterVoter(\"\", async (request, cancellation) => { await Task.Delay(1, cancellation); return request.Payload; });")]
    [InlineData("star.RegisterVoter(\"\", ReplyAsync, new VoterOptions { MaxConcurrency = 8 });")]
    [InlineData("pair.HandleRequests(async (request, cancellation) => { await Task.Delay(1, cancellation); return request.Payload; });")]
    [InlineData("pair.HandleRequests(async (request, _) => { await Task.Yield(); return new byte[1]; }, options => options.MaxConcurrency = 8);")]
    [InlineData("pair.HandleRequests(async (_, _) => { await Task.Yield(); throw new Exception(); });")]
    [InlineData("pair.HandleRequests((request, _) => new(request.Payload));")]
    [InlineData("pair.HandleRequests(ReplyAsync);")]
    [InlineData("pair.HandleRequestsInScope<Replier>();")]
    [InlineData("pair.HandleRequestsInScope<Replier>(options => options.DrainTimeout = TimeSpan.Zero);")]
    [InlineData("pair.ConfigureNode((services, star) => star.BecameActive += (_, _) => { });")]
    public void Any_other_handler_compiles(string statement) => Errors(statement).Should().BeEmpty();

    private static IEnumerable<string> Errors(string statement)
    {
        var source = $$"""
            using System;
            using System.Threading;
            using System.Threading.Tasks;
            using NetMQ;
            using NetMQ.HighAvailability;
            using NetMQ.HighAvailability.Hosting;

            internal static class Program
            {
                private static void Register(BinaryStar star, BinaryStarBuilder pair)
                {
                    {{statement}}
                }

                private static void Handle(VoterSocket client) { }

                private static Task HandleAsync(VoterSocket client) => Task.CompletedTask;

                private static Task<int> AnswerAsync(VoterSocket client) => Task.FromResult(1);

                private static ValueTask<VoterReply> ReplyAsync(VoterRequest request, CancellationToken cancellation) => new(request.Payload);

                private sealed class Replier : IAsyncRequestHandler
                {
                    public ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellationToken) => new(request.Payload);
                }
            }
            """;
        return CSharpCompilation
            .Create("Snippet", [CSharpSyntaxTree.ParseText(source)], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
            .GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Id} {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
    }
}
