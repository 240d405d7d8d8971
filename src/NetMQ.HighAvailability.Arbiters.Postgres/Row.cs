using Npgsql;

namespace NetMQ.HighAvailability.Arbiters.Postgres;

/// <summary>A pair's record as a row of the table.</summary>
internal static class Row
{
    private const string Primary = "primary";
    private const string Backup = "backup";

    public static void CheckName(string pair)
    {
        ArgumentException.ThrowIfNullOrEmpty(pair);
        if (pair.Contains('\0')) throw new ArgumentException("PostgreSQL takes no name with a character of code zero.", nameof(pair));
    }

    public static void AddParameters(NpgsqlParameterCollection parameters, string pair, Guid version, ArbiterClaim claim)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = pair });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = version });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = claim.Token });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = claim.Holder == BinaryStarRole.Primary ? Primary : Backup });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = claim.Process });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = (long)claim.Lease.TotalMilliseconds });
    }

    // The columns after those of the server's state; all null without a row.
    public static ArbiterRecord? Parse(string pair, NpgsqlDataReader reader)
    {
        const int version = 3, token = 4, holder = 5, process = 6, lease = 7;
        if (Enumerable.Range(version, lease - version + 1).All(reader.IsDBNull)) return null;
        for (var column = version; column <= lease; column++)
        {
            if (reader.IsDBNull(column)) throw Spoiled(pair, reader.GetName(column));
        }

        if (reader.GetInt64(token) < 1) throw Spoiled(pair, "token");
        if (reader.GetString(holder) is not (Primary or Backup)) throw Spoiled(pair, "holder");
        if (reader.GetInt64(lease) < 0 || reader.GetInt64(lease) > (long)TimeSpan.MaxValue.TotalMilliseconds) throw Spoiled(pair, "lease_ms");
        return new ArbiterRecord(
            reader.GetGuid(version).ToString(),
            new ArbiterClaim(
                reader.GetInt64(token),
                reader.GetString(holder) == Primary ? BinaryStarRole.Primary : BinaryStarRole.Backup,
                reader.GetGuid(process),
                TimeSpan.FromMilliseconds(reader.GetInt64(lease))));
    }

    private static InvalidDataException Spoiled(string pair, string column) =>
        new($"The row of the pair '{pair}' in the table binary_star_lease has no valid {column}. Stop the pair, mend the row with a token that is higher than all before, and start the pair.");
}
