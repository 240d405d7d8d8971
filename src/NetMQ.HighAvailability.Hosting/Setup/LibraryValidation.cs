using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>Checks the options of a pair's node or of a client when the host starts, with the library's own messages.</summary>
internal sealed class LibraryValidation<T>(string owner, string name, Action<T> validate) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? named, T options)
    {
        if (named != name) return ValidateOptionsResult.Skip;
        try
        {
            validate(options);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail($"{owner} '{name}': {e.Message}");
        }
    }
}
