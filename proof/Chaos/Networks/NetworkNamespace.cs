using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>
/// A network namespace without a name. It lives as long as a process is in it: the one that this starts ends when its
/// input does, and so also when this program is killed. Nothing is left to remove.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int Network = 0x40000000; // CLONE_NEWNET

    private readonly Process holder;

    /// <exception cref="IOException">The machine does not allow it.</exception>
    public NetworkNamespace()
    {
        // In a session of its own: Ctrl-C is for this program, which has servers to end first.
        holder = Tool.Start("setsid", "unshare", "--net", "sh", "-c", "echo in; exec cat");
        if (holder.StandardOutput.ReadLine() == "in") return;

        var why = holder.StandardError.ReadToEnd().Trim();
        holder.Dispose();
        throw new IOException($"no network namespace: {why}");
    }

    public string HolderId => holder.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>What makes a command one of this namespace.</summary>
    public string[] Enter => ["nsenter", $"--net={File}"];

    private string File => $"/proc/{HolderId}/ns/net";

    /// <summary>Does it on a thread that is in the namespace; a socket that is made there stays there.</summary>
    public T Do<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        new Thread(() =>
        {
            try
            {
                using var file = System.IO.File.OpenHandle(File);
                if (SetNamespace(file, Network) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
                done.SetResult(work());
            }
#pragma warning disable CA1031 // It is for the caller, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        }).Start();
        return done.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        holder.Kill();
        holder.WaitForExit();
        holder.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
