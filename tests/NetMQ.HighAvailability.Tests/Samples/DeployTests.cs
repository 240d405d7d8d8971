using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using Processes;
using k8s;
using k8s.Models;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>
/// The files in samples/deploy are valid for the programs that read them. Strict reading of the manifests finds the misspelt field;
/// what they lack, and wrong values, .ci/run finds with the schema.
/// </summary>
public sealed class DeployTests
{
    private const string Unit = "hosted-server@.service";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "deploy");

    [Fact]
    public void Systemd_reports_nothing_wrong_with_the_unit()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "systemd-analyze"))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "needs systemd-analyze: install Debian's systemd");
        using var verify = SampleProcess.Start([program, "verify", Path.Combine(Folder, "systemd", Unit)]);

        verify.WaitForExit();

        // Its exit code does not show that it ignores a key. What it reports about other units does not matter here, nor
        // is the place of dotnet on this machine.
        verify.Errors.Where(line => line.Contains("hosted-server@") && !line.Contains("is not executable")).Should().BeEmpty();
    }

    [Fact]
    public void The_unit_can_be_given_keys_that_root_alone_can_read()
    {
        var keys = File.ReadAllLines(Path.Combine(Folder, "systemd", Unit + ".d", "keys.conf")).Select(line => line.TrimStart('#')).ToList();

        foreach (var option in new[] { "CertificateFile", "PeerCertificateFile", "VoterCertificateFile" })
        {
            var file = keys.Should().ContainSingle(line => line.StartsWith($"Environment=BinaryStar__orders__{option}=%d/")).Subject.Split("%d/")[1];
            keys.Should().ContainSingle(line => line.StartsWith($"LoadCredential={file}:/"));
        }
    }

    [Fact]
    public void The_probes_ask_by_a_name_that_the_server_allows()
    {
        var container = Manifest<V1StatefulSet>("pair.yaml").Spec.Template.Spec.Containers.Single();

        container.ReadinessProbe.HttpGet.Host.Should().BeNull("the address is asked then");
        container.LivenessProbe.HttpGet.Host.Should().BeNull();
        container.Env.Single(variable => variable.Name == "AllowedHosts").Value.Split(';').Should().Contain(["$(POD_IP)", "[$(POD_IP)]"]);
        container.Env.TakeWhile(variable => variable.Name != "AllowedHosts").Should()
            .Contain(variable => variable.Name == "POD_IP" && variable.ValueFrom.FieldRef.FieldPath == "status.podIP", "a variable knows those before it");
    }

    [Fact]
    public void The_stateful_set_is_a_pair_that_no_update_and_no_limit_takes_down()
    {
        var set = Manifest<V1StatefulSet>("pair.yaml").Spec;
        var pod = set.Template.Spec;
        var container = pod.Containers.Should().ContainSingle().Subject;

        set.Replicas.Should().Be(2);
        set.PodManagementPolicy.Should().Be("Parallel", "neither node waits for the other");
        container.ReadinessProbe.HttpGet.Path.Should().Be("/health/paired", "an update waits until the nodes have found each other");
        container.LivenessProbe.HttpGet.Path.Should().Be("/health/live", "a node without its peer is not to be restarted");
        container.Resources.Limits.Should().NotContainKey("cpu", "a throttled node is a paused one");
        TimeSpan.FromSeconds(pod.TerminationGracePeriodSeconds!.Value).Should().BeGreaterThan(new HostOptions().ShutdownTimeout);
        Manifest<V1Service>("pair.yaml").Spec.PublishNotReadyAddresses.Should().BeTrue("the nodes find each other before they are ready");
        Manifest<V1PodDisruptionBudget>("pair.yaml").Spec.MaxUnavailable.Value.Should().Be("1");
    }

    [Theory]
    [InlineData("orders-0", BinaryStarRole.Primary, "orders-1")]
    [InlineData("orders-1", BinaryStarRole.Backup, "orders-0")]
    public void Each_pods_settings_make_a_node_that_its_peer_and_its_clients_reach(string name, BinaryStarRole role, string peer)
    {
        var settings = Manifest<V1ConfigMap>("config.yaml").Data[$"appsettings.{name}.json"];
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));
        builder.Services.AddBinaryStar("orders").HandleRequests(TestNode.Echo);
        using var host = builder.Build();

        var node = host.Services.GetRequiredService<IOptionsMonitor<BinaryStarOptions>>().Get("orders");
        var served = host.Services.GetRequiredService<IOptionsMonitor<BinaryStarHostOptions>>().Get("orders");

        var ports = Manifest<V1Service>("pair.yaml").Spec.Ports.ToDictionary(port => port.Name, port => port.Port);
        node.Role.Should().Be(role);
        node.LocalEndpoints.Should().Equal($"tcp://*:{ports["state"]}");
        node.RemoteEndpoints.Should().Equal($"tcp://{peer}.{Manifest<V1StatefulSet>("pair.yaml").Spec.ServiceName}:{ports["state"]}");
        served.VoterEndpoint.Should().Be($"tcp://*:{ports["voter"]}");
        Manifest<V1NetworkPolicy>("pair.yaml").Spec.Ingress.SelectMany(rule => rule.Ports).Select(port => port.Port.Value)
            .Should().BeEquivalentTo(ports.Values.Select(port => $"{port}"));
    }

    [Fact]
    public void With_an_arbiter_the_pods_have_the_rights_to_their_lease_and_settings_that_are_read()
    {
        var pod = Manifest<V1StatefulSet>("pair.yaml", "kubernetes-arbiter").Spec.Template.Spec;
        var account = Manifest<V1ServiceAccount>("rights.yaml", "kubernetes-arbiter");
        var binding = Manifest<V1RoleBinding>("rights.yaml", "kubernetes-arbiter");
        var role = Manifest<V1Role>("rights.yaml", "kubernetes-arbiter");

        Manifest<V1StatefulSet>("pair.yaml", "kubernetes-arbiter").Metadata.Name.Should().Be(Manifest<V1StatefulSet>("pair.yaml").Metadata.Name);
        pod.Containers.Single().Name.Should().Be(Manifest<V1StatefulSet>("pair.yaml").Spec.Template.Spec.Containers.Single().Name);
        pod.AutomountServiceAccountToken.Should().BeTrue();
        pod.ServiceAccountName.Should().Be(account.Metadata.Name).And.Be(binding.Subjects.Single().Name);
        binding.RoleRef.Name.Should().Be(role.Metadata.Name);
        role.Rules.Should().OnlyContain(rule => rule.ApiGroups.Single() == "coordination.k8s.io" && rule.Resources.Single() == "leases");
        role.Rules.Where(rule => rule.ResourceNames?.SequenceEqual(["orders"]) == true).SelectMany(rule => rule.Verbs).Should().BeEquivalentTo("get", "update");
        role.Rules.Where(rule => rule.ResourceNames is null).SelectMany(rule => rule.Verbs).Should().Equal("create");

        var settings = pod.Containers.Single().Env.ToDictionary(variable => variable.Name.Replace("__", ":"), variable => (string?)variable.Value);
        settings["Arbiter"].Should().Be("kubernetes");
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(HostedNode.Settings(BinaryStarRole.Primary, PairPorts.New())).AddInMemoryCollection(settings);
        builder.Services.AddBinaryStar(HostedNode.Name).HandleRequests(TestNode.Echo).UseArbiter(_ => new InMemoryArbiter());
        using var host = builder.Build();
        var node = host.Services.GetRequiredService<IOptionsMonitor<BinaryStarOptions>>().Get(HostedNode.Name);
        (node.ArbiterLease, node.ArbiterPolicy).Should().Be((TimeSpan.FromSeconds(15), ArbiterPolicy.Strict));
    }

    private static T Manifest<T>(string file, string folder = "kubernetes") =>
        KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Folder, folder, file)), strict: true).OfType<T>().Single();
}
