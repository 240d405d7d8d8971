namespace NetMQ.HighAvailability.Tests;

/// <summary>One root, so that an application can distinguish this library's exceptions from all others.</summary>
public sealed class ExceptionTests
{
    [Fact]
    public void All_exceptions_but_the_timeout_derive_from_one_root()
    {
        var exceptions = typeof(BinaryStar).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Exception))).ToList();

        exceptions.Should().HaveCountGreaterThan(5);
        exceptions.Where(type => type != typeof(BinaryStarException) && !type.IsSubclassOf(typeof(BinaryStarException)))
            .Should().Equal(typeof(RequestTimeoutException));
        typeof(RequestTimeoutException).Should().BeDerivedFrom<TimeoutException>();
    }
}
