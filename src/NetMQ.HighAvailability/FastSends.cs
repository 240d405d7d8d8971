using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace NetMQ.HighAvailability;

/// <summary>Makes NetMQ send faster under Linux, as it does under Windows by itself.</summary>
public static class FastSends
{
    /// <summary>
    /// Has NetMQ ask for its own news at most every three million ticks of the processor's time stamp counter, about a
    /// millisecond, while it sends, rather than with a system call for each frame. NetMQ would do so by itself, but
    /// under Linux looks for a part of Mono that is no more; this stands in for it. For the whole process, and all its
    /// sockets; once, before the first of them is created. Any thread.
    /// </summary>
    /// <remarks>
    /// NetMQ reads the counter with three instructions that it writes to a page of memory that is made executable;
    /// where the system does not allow that, everything stays as it was. Once in effect there is no way back.
    /// </remarks>
    /// <returns>
    /// Whether NetMQ reads the counter: true under Linux and Windows on x64 processors. False elsewhere, where the system
    /// refuses, in a program compiled ahead of time, or where NetMQ was used before.
    /// </returns>
    public static bool TryEnable()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return ReadsCounter();

        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
        try
        {
            return ReadsCounter();
        }
        finally
        {
            AppDomain.CurrentDomain.AssemblyResolve -= Resolve;
        }
    }

    // NetMQ decides once, when its clock is first asked.
    private static bool ReadsCounter() =>
        Type.GetType("NetMQ.Core.Utils.Clock, NetMQ")?.GetMethod("Rdtsc", BindingFlags.Public | BindingFlags.Static)?.Invoke(null, null) is not (null or 0L);

    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(Syscall))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicFields, typeof(Utsname))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicFields, typeof(MmapProts))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicFields, typeof(MmapFlags))]
    private static Assembly? Resolve(object? sender, ResolveEventArgs sought) =>
        new AssemblyName(sought.Name).Name == "Mono.Posix" ? typeof(Syscall).Assembly : null;
}
