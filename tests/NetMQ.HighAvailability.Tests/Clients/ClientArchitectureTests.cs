using System.Reflection;
using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>The client's core decides and does nothing else.</summary>
public sealed class ClientArchitectureTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(typeof(ClientCore))]
    [InlineData(typeof(RequestTracker))]
    [InlineData(typeof(Deliveries))]
    [InlineData(typeof(OutstandingRequests))]
    [InlineData(typeof(ServerTable))]
    [InlineData(typeof(AnswerProgress))]
    [InlineData(typeof(ClientTiming))]
    public void The_core_knows_no_socket_clock_log_or_thread(Type type)
    {
        var known = type.GetFields(All).Select(field => field.FieldType)
            .Concat(type.GetMethods(All).SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType)
                .Append(method.ReturnType)
                .Concat(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? [])))
            .Select(used => used.HasElementType ? used.GetElementType()! : used)
            .Distinct();

        known.Where(used => used == typeof(TimeProvider) || used.Namespace is "System.Threading" or "System.Threading.Tasks" or "NetMQ" or "NetMQ.Sockets"
            or "Microsoft.Extensions.Logging" or "NetMQ.HighAvailability.Connections" or "NetMQ.HighAvailability.Wire").Should().BeEmpty();
    }
}
