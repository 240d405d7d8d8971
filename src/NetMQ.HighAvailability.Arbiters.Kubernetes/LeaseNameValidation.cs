using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>Checks when the host starts that the pair's name can be that of its Lease.</summary>
internal sealed class LeaseNameValidation(string pair) : IValidateOptions<BinaryStarOptions>
{
    public ValidateOptionsResult Validate(string? name, BinaryStarOptions options) =>
        name != pair || options.Name is null || LeaseName.Fits(options.Name) ? ValidateOptionsResult.Skip : ValidateOptionsResult.Fail($"Pair '{pair}': {LeaseName.Wrong(options.Name)}");
}
