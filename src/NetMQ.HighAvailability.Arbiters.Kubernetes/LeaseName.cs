using System.Text.RegularExpressions;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>A pair's name is its Lease's, as it is: two names that were changed to fit could become the same.</summary>
internal static partial class LeaseName
{
    private const int Longest = 253;

    public static void Check(string pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        if (!Fits(pair)) throw new ArgumentException(Wrong(pair), nameof(pair));
    }

    public static string Wrong(string pair) =>
        $"The pair's name, '{pair}', cannot be the name of a Lease in Kubernetes: use lower-case letters a to z, digits, '-' and '.', with a letter or a digit at both ends and "
        + $"on both sides of each '.', and {Longest} characters at most.";

    public static bool Fits(string pair) => pair.Length <= Longest && Subdomain().IsMatch(pair);

    /// <summary>A subdomain as in RFC 1123. The parts have no limit of their own in Kubernetes.</summary>
    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
