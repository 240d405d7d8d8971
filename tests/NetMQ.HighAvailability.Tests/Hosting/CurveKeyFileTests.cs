using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>Key files, and the errors about bad ones.</summary>
public sealed class CurveKeyFileTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Fact]
    public void A_pair_of_files_is_made_and_read_again()
    {
        var (publicFile, secretFile) = CurveKeyFile.Create(folder.FullName, "primary");

        var secret = CurveKeyFile.Load(secretFile);
        var known = CurveKeyFile.Load(publicFile);

        secret.HasSecretKey.Should().BeTrue();
        known.HasSecretKey.Should().BeFalse();
        known.PublicKeyZ85.Should().Be(secret.PublicKeyZ85);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(secretFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        FluentActions.Invoking(() => CurveKeyFile.Create(folder.FullName, "primary")).Should().Throw<IOException>("keys are never overwritten");
    }

    [Theory]
    [InlineData("", "*is no key file*public-key*")]
    [InlineData("public-key = \"short\"", "*The public-key in*has 5 characters; a key has 40*")]
    [InlineData("public-key = \"_123456789012345678901234567890123456789\"", "*has a '_', which Z85 has not*")]
    [InlineData("public-key = \"\u0000123456789012345678901234567890123456789\"", "*has a U+0000, which Z85 has not*")]
    [InlineData("public-key = \"\u001b[2J456789012345678901234567890123456789\"", "*has a U+001B, which Z85 has not*")]
    [InlineData("public-key = \"########################################\"", "*bad.key*is damaged*")]
    public void A_damaged_file_is_refused_with_the_reason(string text, string message)
    {
        var file = folder.File("bad.key");
        File.WriteAllText(file, text);

        FluentActions.Invoking(() => CurveKeyFile.Load(file)).Should().Throw<FormatException>().WithMessage(message);
    }

    [Fact]
    public void A_file_put_together_from_two_is_refused()
    {
        var (one, other) = (new NetMQCertificate(), new NetMQCertificate());
        var file = folder.File("mixed.key_secret");
        File.WriteAllText(file, $"curve\n    public-key = \"{one.PublicKeyZ85}\"\n    secret-key = \"{other.SecretKeyZ85}\"\n");

        FluentActions.Invoking(() => CurveKeyFile.Load(file)).Should().Throw<FormatException>().WithMessage("*does not belong to its secret key*");
    }

    [Fact]
    public async Task A_host_reads_them_and_a_missing_one_ends_the_start()
    {
        var own = CurveKeyFile.Create(folder.FullName, "own");
        var peer = CurveKeyFile.Create(folder.FullName, "peer");
        using var node = new HostedNode(Primary, Support.PairPorts.New(), settings: SetupTests.Section(
            ("CertificateFile", own.SecretFile), ("PeerCertificateFile", peer.PublicFile), ("VoterCertificateFile", own.SecretFile)));
        using var other = new HostedNode(Primary, Support.PairPorts.New(), settings: SetupTests.Section(
            ("CertificateFile", folder.File("none")), ("PeerCertificateFile", peer.PublicFile)));

        await node.Host.StartAsync();
        await node.Host.StopAsync();
        await FluentActions.Awaiting(() => other.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>()
            .WithMessage("*BinaryStar:orders:CertificateFile is '*none', and cannot be read as a key file*");
    }

    public void Dispose() => folder.Dispose();
}
