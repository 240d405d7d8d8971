using NetMQ.HighAvailability;

namespace Benchmarks.Common;

/// <summary>Whether this process, and every server that it starts of itself, sends as <see cref="FastSends"/> has it.</summary>
internal static class FastSending
{
    private const string Variable = "BENCHMARKS_FAST_SENDS";

    /// <exception cref="PlatformNotSupportedException">It is not possible here.</exception>
    public static void Enable()
    {
        if (!FastSends.TryEnable()) throw new PlatformNotSupportedException("NetMQ cannot be made to send faster here");
        Environment.SetEnvironmentVariable(Variable, "1");
    }

    /// <summary>Does as the process does that started this one.</summary>
    public static void Inherit()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null) Enable();
    }
}
