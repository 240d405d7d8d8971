using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetMQ.HighAvailability.Arbiters.Etcd;

/// <summary>What a pair's key holds, as JSON. <see cref="Write"/> is another one with each write, so that no two values are equal.</summary>
internal sealed record Value(long Token, string Holder, Guid Process, long LeaseMs, Guid Write)
{
    private const string Primary = "primary";
    private const string Backup = "backup";

    public static byte[] Serialize(ArbiterClaim claim)
    {
        var value = new Value(claim.Token, claim.Holder == BinaryStarRole.Primary ? Primary : Backup, claim.Process, (long)claim.Lease.TotalMilliseconds, Guid.NewGuid());
        return JsonSerializer.SerializeToUtf8Bytes(value, ValueContext.Default.Value);
    }

    public static ArbiterClaim Parse(string pair, ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, ValueContext.Default.Value) is { Token: > 0, Holder: Primary or Backup, LeaseMs: >= 0 } value && value.LeaseMs <= (long)TimeSpan.MaxValue.TotalMilliseconds)
            {
                return new ArbiterClaim(
                    value.Token, value.Holder == Primary ? BinaryStarRole.Primary : BinaryStarRole.Backup, value.Process, TimeSpan.FromMilliseconds(value.LeaseMs));
            }
        }
        catch (JsonException exception)
        {
            throw Spoiled(pair, exception);
        }

        throw Spoiled(pair, null);
    }

    private static InvalidDataException Spoiled(string pair, JsonException? exception) => new(
        $"The key of the pair '{pair}' in etcd has no valid value. Stop the pair, mend it with a token that is higher than all before, and start the pair.", exception);
}

[JsonSerializable(typeof(Value))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
internal sealed partial class ValueContext : JsonSerializerContext;
