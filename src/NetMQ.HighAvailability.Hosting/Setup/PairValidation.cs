using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>Checks a pair's handler and its host's options when the host starts.</summary>
internal sealed class PairValidation(string pair, PairSetup setup) : IValidateOptions<BinaryStarHostOptions>
{
    public ValidateOptionsResult Validate(string? name, BinaryStarHostOptions options)
    {
        if (name != pair) return ValidateOptionsResult.Skip;
        if (setup.Handlers.Count + setup.AsyncHandlers.Count is not 1 and var handlers)
            return Fail($"it has {handlers} request handlers and must have exactly one: call {nameof(BinaryStarBuilder.HandleRequests)} or {nameof(BinaryStarBuilder.HandleRequestsInScope)} once.");
        if (string.IsNullOrEmpty(options.VoterEndpoint))
            return Fail($"{nameof(options.VoterEndpoint)} must be given, such as tcp://*:5001.");
        if (options.VoterType is not (ZmqSocketType.Router or ZmqSocketType.Dealer or ZmqSocketType.Pull or ZmqSocketType.Sub))
            return Fail($"{nameof(options.VoterType)} must be Router, Dealer, Pull or Sub, and is {options.VoterType}.");
        if (setup.AsyncHandlers.Count == 1 && options.VoterType != ZmqSocketType.Router)
            return Fail($"{nameof(options.VoterType)} must be Router for an asynchronous handler, and is {options.VoterType}.");
        if (options.StepDownTimeout < TimeSpan.Zero || options.StepDownTimeout > BinaryStarHostOptions.MaxStepDownTimeout)
            return Fail($"{nameof(options.StepDownTimeout)} must be from {TimeSpan.Zero} to {BinaryStarHostOptions.MaxStepDownTimeout}, and is {options.StepDownTimeout}.");
        return ValidateOptionsResult.Success;
    }

    private ValidateOptionsResult Fail(string what) => ValidateOptionsResult.Fail($"Pair '{pair}': {what}");
}
