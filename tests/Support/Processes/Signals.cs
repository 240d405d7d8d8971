using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Processes;

/// <summary>What the operating system can do to a process. .NET itself can only kill.</summary>
public static class Signals
{
    private const int Kill = 9;
    private const int Terminate = 15;

    private static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;

    private static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    public static bool AreSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public static void SendKill(int process) => Send(process, Kill);

    public static void SendTerminate(int process) => Send(process, Terminate);

    /// <summary>SIGUSR1: what the server takes for an order to hand over.</summary>
    public static void SendHandOver(int process) => Send(process, OperatingSystem.IsMacOS() ? 30 : 10);

    /// <summary>SIGUSR2: what the server takes for an order to promote it.</summary>
    public static void SendPromote(int process) => Send(process, OperatingSystem.IsMacOS() ? 31 : 12);

    public static void SendContinue(int process) => Send(process, Continue);

    /// <summary>Returns once the process stands still.</summary>
    public static void SendStop(int process)
    {
        Send(process, Stop);
        SpinWait.SpinUntil(() => IsStopped(process), TimeSpan.FromSeconds(5));
    }

    // The state is the first field behind the program's name, which is in parentheses and may contain anything.
    private static bool IsStopped(int process)
    {
        if (!OperatingSystem.IsLinux()) return true;
        var status = File.ReadAllText($"/proc/{process}/stat");
        return status[status.LastIndexOf(')') + 2] == 'T';
    }

    private static void Send(int process, int signal)
    {
        if (NativeKill(process, signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeKill(int process, int signal);
}
