using System.Runtime.InteropServices;

// What NetMQ looks for, by these very names, in an assembly of Mono's: see FastSends.
#pragma warning disable IDE0130, CA1707, CA1711, IDE1006
namespace Mono.Unix.Native;

[Flags]
internal enum MmapProts
{
    PROT_READ = 1,
    PROT_WRITE = 2,
    PROT_EXEC = 4,
}

[Flags]
internal enum MmapFlags
{
    MAP_PRIVATE = 0x02,
    MAP_ANONYMOUS = 0x20,
}

/// <summary>The values are those of Linux on x64.</summary>
internal static class Syscall
{
    public static IntPtr mmap(IntPtr start, ulong length, MmapProts prot, MmapFlags flags, int fd, long offset) =>
        Map(start, (nuint)length, (int)prot, (int)flags, fd, (nint)offset);

    public static int uname(out Utsname buf)
    {
        buf = new Utsname();
        return 0;
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern IntPtr Map(IntPtr start, nuint length, int prot, int flags, int fd, nint offset);
}

internal sealed class Utsname
{
    public string machine = "x86_64";
}
