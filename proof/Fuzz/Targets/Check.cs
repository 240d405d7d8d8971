namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>An input was taken that should have been refused, or the other way round.</summary>
internal sealed class BrokenPropertyException(string what) : Exception(what);

internal static class Check
{
    public static void That(bool holds, string what)
    {
        if (!holds) throw new BrokenPropertyException(what);
    }

    /// <summary>An option may be refused, but only as documented: by an <see cref="ArgumentException"/> that begins with its name.</summary>
    public static bool IsValid(Action validate)
    {
        try
        {
            validate();
            return true;
        }
        catch (ArgumentException e)
        {
            That(e.ParamName is not null && e.Message.StartsWith(e.ParamName, StringComparison.Ordinal), $"the message must name the option: {e.Message}");
            return false;
        }
    }
}
