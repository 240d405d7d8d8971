using System.Reflection;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Tests.Diagnostics;

public sealed class LogThrottleTests
{
    private readonly LogThrottle throttle = new();

    [Fact]
    public void A_message_is_allowed_once_in_ten_seconds_and_then_counts_the_suppressed_ones()
    {
        throttle.Allows(LogEvent.Garbage, At(3), out var suppressed).Should().BeTrue();
        suppressed.Should().Be(0);
        throttle.Allows(LogEvent.Garbage, At(3), out _).Should().BeFalse();
        throttle.Allows(LogEvent.Garbage, At(12.999), out _).Should().BeFalse();

        throttle.Allows(LogEvent.Garbage, At(13), out suppressed).Should().BeTrue();
        suppressed.Should().Be(2);
        throttle.Allows(LogEvent.Garbage, At(23), out suppressed).Should().BeTrue();
        suppressed.Should().Be(0);
    }

    [Fact]
    public void The_first_message_is_allowed_at_time_zero_too()
    {
        throttle.Allows(LogEvent.Garbage, At(0), out _).Should().BeTrue();
        throttle.Allows(LogEvent.Garbage, At(0), out _).Should().BeFalse();
    }

    [Fact]
    public void Messages_do_not_suppress_each_other()
    {
        foreach (var message in Messages) throttle.Allows(message, At(1), out _).Should().BeTrue();
    }

    [Fact]
    public void A_suppressed_message_allocates_nothing()
    {
        var suppressed = Suppress(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        suppressed = Suppress(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        suppressed.Should().BeGreaterThanOrEqualTo(1000);
    }

    [Fact]
    public void Each_log_message_that_counts_suppressed_ones_has_a_slot_of_its_name() =>
        typeof(Log).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.GetParameters().Any(parameter => parameter.Name == "suppressed"))
            .Select(method => method.Name)
            .Should().BeEquivalentTo(Messages.Select(message => message.ToString()));

    private static IEnumerable<LogEvent> Messages => Enum.GetValues<LogEvent>().Where(message => message != LogEvent.Count);

    private long Suppress(int times)
    {
        long suppressed = 0;
        for (var i = 0; i <= times; i++) throttle.Allows(LogEvent.Garbage, At(1), out suppressed);
        return suppressed;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
