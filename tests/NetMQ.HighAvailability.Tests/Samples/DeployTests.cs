using FailoverDemo;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>What samples/deploy says is what its readers understand. (.ci/run checks the manifests.)</summary>
public sealed class DeployTests
{
    private const string Unit = "hosted-server@.service";

    [Fact]
    public void Systemd_has_nothing_to_say_against_the_unit()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "systemd-analyze"))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "needs systemd-analyze: install Debian's systemd");
        using var verify = SampleProcess.Start([program, "verify", Path.Combine(AppContext.BaseDirectory, "deploy", "systemd", Unit)]);

        verify.WaitForExit();

        // Its exit code does not tell of a key that it ignores. What it says of other units is no concern of ours, nor
        // is the place of dotnet on this machine.
        verify.Errors.Where(line => line.Contains("hosted-server@") && !line.Contains("is not executable")).Should().BeEmpty();
    }
}
