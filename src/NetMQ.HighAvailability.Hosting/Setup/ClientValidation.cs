using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>Checks a client's options when the host starts, with the library's own messages.</summary>
internal sealed class ClientValidation(string client) : IValidateOptions<BinaryStarClientOptions>
{
    public ValidateOptionsResult Validate(string? name, BinaryStarClientOptions options)
    {
        if (name != client) return ValidateOptionsResult.Skip;
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail($"Client '{client}': {e.Message}");
        }
    }
}
