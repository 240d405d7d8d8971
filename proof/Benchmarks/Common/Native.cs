using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Benchmarks.Common;

/// <summary>What the operating system tells, and .NET does not.</summary>
internal static class Native
{
    /// <summary>
    /// The processor time of a process and of all threads that it ever had, to the nanosecond; what .NET offers is
    /// rounded to 10 ms.
    /// </summary>
    public static TimeSpan CpuTime(int process)
    {
        var error = ClockOf(process, out var clock);
        if (error != 0) throw new Win32Exception(error);
        if (ReadClock(clock, out var time) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1e3);
    }

    [DllImport("libc", EntryPoint = "clock_getcpuclockid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockOf(int process, out int clock);

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
