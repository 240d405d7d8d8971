using System.Buffers;
using System.Globalization;

namespace NetMQ.HighAvailability;

/// <summary>
/// Key files for CURVE, in the format of CZMQ and PyZMQ: <c>name.key</c> with the public key, to be given away, and
/// <c>name.key_secret</c> with both, for its owner alone. Any thread.
/// </summary>
public static class CurveKeyFile
{
    private const int Z85Length = 40;

    private static readonly SearchValues<char> Z85 =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#");

    /// <summary>Makes a new pair of keys and writes both files. The secret one can be read by its owner alone (on Windows: by everyone who may read the folder).</summary>
    /// <param name="folder">Where to write; must exist.</param>
    /// <param name="name">What the files are called, without an ending.</param>
    /// <returns>The paths of the public and of the secret file.</returns>
    /// <exception cref="IOException">There is a file of this name already, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static (string PublicFile, string SecretFile) Create(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var keys = new NetMQCertificate();
        var publicFile = Path.Combine(folder, name + ".key");
        var secretFile = publicFile + "_secret";
        if (File.Exists(publicFile)) throw new IOException($"The file '{publicFile}' already exists; keys are never overwritten.");
        var publicLine = string.Create(CultureInfo.InvariantCulture, $"    public-key = \"{keys.PublicKeyZ85}\"\n");

        Write(secretFile, UnixFileMode.UserRead | UnixFileMode.UserWrite,
            $"# The secret key of {name}: for its own process alone.\nmetadata\ncurve\n{publicLine}    secret-key = \"{keys.SecretKeyZ85}\"\n");
        Write(publicFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            $"# The public key of {name}: for the other side, which verifies it.\nmetadata\ncurve\n{publicLine}");
        return (publicFile, secretFile);
    }

    /// <summary>Reads a key file, public or secret.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The keys; without the secret one if the file has none.</returns>
    /// <exception cref="FormatException">It is no key file, or a key in it is damaged; the message says which and why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static NetMQCertificate Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Parse(path, File.ReadAllLines(path));
    }

    /// <exception cref="FormatException">It is no key file, or a key in it is damaged; the message says which and why.</exception>
    internal static NetMQCertificate Parse(string path, string[] lines)
    {
        var publicKey = Key(path, lines, "public-key")
            ?? throw new FormatException($"'{path}' is no key file: it has no line such as public-key = \"…\". Make one with {nameof(CurveKeyFile)}.{nameof(Create)}, CZMQ or PyZMQ.");
        var secretKey = Key(path, lines, "secret-key");
        NetMQCertificate keys;
        try
        {
            keys = secretKey is null ? NetMQCertificate.FromPublicKey(publicKey) : NetMQCertificate.CreateFromSecretKey(secretKey);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"A key in '{path}' is damaged: five of its characters make a number that Z85 has not.", e);
        }

        return keys.PublicKeyZ85 == publicKey
            ? keys
            : throw new FormatException($"The public key in '{path}' does not belong to its secret key: the file was put together from two, or damaged.");
    }

    private static string? Key(string path, string[] lines, string name)
    {
        foreach (var line in lines)
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [var left, var right] || left != name) continue;

            var key = right.Trim('"');
            if (key.Length != Z85Length) throw new FormatException($"The {name} in '{path}' has {key.Length} characters; a key has {Z85Length}, in Z85.");
            var wrong = key.AsSpan().IndexOfAnyExcept(Z85);
            if (wrong >= 0) throw new FormatException($"The {name} in '{path}' has a {Shown(key[wrong])}, which Z85 has not.");
            return key;
        }

        return null;
    }

    // The file may contain control characters that a terminal would obey.
    private static string Shown(char c) => c is > ' ' and < '\x7f' ? $"'{c}'" : string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");

    private static void Write(string path, UnixFileMode mode, string text)
    {
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = mode;
        using var writer = new StreamWriter(path, how);
        writer.Write(text);
    }
}
