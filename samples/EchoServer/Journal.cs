using System.Diagnostics;
using System.Text;

namespace EchoServer;

/// <summary>
/// A file with a line for each begin and end of a handler, so that one can prove afterwards what was executed when and by whom: by the clock that
/// all processes of a machine have in common. A line is on its way to the disk before the handler goes on. Any thread.
/// </summary>
internal sealed class Journal(string path) : IDisposable
{
    private readonly Lock gate = new();
    private readonly FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Begin(string who, ReadOnlyMemory<byte> request) => Add("begin", who, request);

    public void End(string who, ReadOnlyMemory<byte> request) => Add("end", who, request);

    public void Dispose() => file.Dispose();

    private void Add(string what, string who, ReadOnlyMemory<byte> request)
    {
        lock (gate) file.Write(Encoding.UTF8.GetBytes($"{what} {who} {Stopwatch.GetTimestamp()} {Uri.EscapeDataString(Encoding.UTF8.GetString(request.Span))}\n"));
    }
}
