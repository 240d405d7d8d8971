namespace NetMQ.HighAvailability;

/// <summary>A request failed in the voter's handler, and was dropped.</summary>
public sealed class RequestFailedEventArgs : EventArgs
{
    /// <summary>The arguments for a failed request.</summary>
    /// <param name="exception">Why it failed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    public RequestFailedEventArgs(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Exception = exception;
    }

    /// <summary>What left the handler, as it was thrown; or an <see cref="InvalidOperationException"/> that says which reply was left unfinished.</summary>
    public Exception Exception { get; }
}
