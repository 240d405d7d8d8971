using System.Reflection;

namespace NetMQ.HighAvailability.Tests;

/// <summary>References point one way: public face → Transport → Protocol; Protocol knows only the public vocabulary.</summary>
public sealed class ArchitectureTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private const string Root = "NetMQ.HighAvailability";

    [Fact]
    public void Protocol_knows_no_socket_clock_log_or_thread()
    {
        var foreign = UsedBy($"{Root}.Protocol")
            .Where(type => type.Namespace is { } ns && !ns.StartsWith("System", StringComparison.Ordinal))
            .Where(type => type.Namespace != $"{Root}.Protocol" && !(type.Namespace == Root && type.IsEnum));
        var impure = UsedBy($"{Root}.Protocol").Where(type => type == typeof(TimeProvider) || type.Namespace == "System.Threading");

        foreign.Should().BeEmpty();
        impure.Should().BeEmpty();
    }

    [Fact]
    public void Transport_does_not_know_the_public_face()
    {
        var allowed = new[] { typeof(EndpointException), typeof(SameRoleException), typeof(DualActiveException) };

        UsedBy($"{Root}.Transport")
            .Where(type => type.Namespace == Root && !type.IsEnum && !allowed.Contains(type))
            .Should().BeEmpty();
    }

    private static IEnumerable<Type> UsedBy(string ns) => typeof(BinaryStar).Assembly.GetTypes()
        .Where(type => type.Namespace == ns)
        .SelectMany(Uses)
        .SelectMany(Unwrap)
        .Distinct();

    private static IEnumerable<Type> Uses(Type type)
    {
        foreach (var field in type.GetFields(All)) yield return field.FieldType;
        foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            if (method is MethodInfo info) yield return info.ReturnType;
            foreach (var parameter in method.GetParameters()) yield return parameter.ParameterType;
            foreach (var local in method.GetMethodBody()?.LocalVariables ?? []) yield return local.LocalType;
        }
    }

    private static IEnumerable<Type> Unwrap(Type type) => type.HasElementType
        ? Unwrap(type.GetElementType()!)
        : type.GetGenericArguments().SelectMany(Unwrap).Append(type);
}
