using System.Text;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>A CURVE key file, of ours or of another program.</summary>
internal static class KeyFileTarget
{
    public static void Run(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var keys = CurveKeyFile.Parse("keys", Encoding.UTF8.GetString(bytes).Split('\n'));
            Check.That(keys.PublicKeyZ85.Length == 40, "what is read is a key");
        }
        catch (FormatException e)
        {
            Check.That(e.Message.Contains("keys", StringComparison.Ordinal), "the message must name the file");
        }
    }
}
