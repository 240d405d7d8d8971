using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetMQ.HighAvailability.Chaos.Networks;

/// <summary>An interface whose packets this program carries. It is gone once this is closed.</summary>
internal sealed partial class Tun : IDisposable
{
    private const int PacketsOnly = 0x1001; // IFF_TUN | IFF_NO_PI
    private const uint Create = 0x400454CA; // TUNSETIFF
    private const short Readable = 1;

    private readonly SafeFileHandle device;

    /// <exception cref="IOException">There is no such device, or it may not be used.</exception>
    public Tun(string name)
    {
        try
        {
            // Without a share the runtime would lock the device, and there are two of them for one link.
            device = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }

        var request = new byte[40]; // struct ifreq: the name, 16 bytes, and the flags
        System.Text.Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(16), (short)PacketsOnly);
        if (Ioctl(device, Create, request) == 0) return;

        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        device.Dispose();
        throw new IOException($"no interface {name}: {error.Message}", error);
    }

    /// <returns>The packet's length; 0 if none came within the time.</returns>
    public int Read(byte[] packet, TimeSpan patience)
    {
        var wait = new PollRequest { Device = (int)device.DangerousGetHandle(), Events = Readable };
        if (Poll(ref wait, 1, (int)patience.TotalMilliseconds) <= 0 || (wait.Found & Readable) == 0) return 0;

        return Math.Max(0, (int)Read(device, packet, packet.Length));
    }

    // An interface that is down takes no packet, nor does a wire without a machine at its end.
    public void Write(byte[] packet, int length) => _ = Write(device, packet, length);

    public void Dispose() => device.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Device;
        public short Events;
        public short Found;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(SafeFileHandle device, nuint request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(SafeFileHandle device, byte[] packet, nint length);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(SafeFileHandle device, byte[] packet, nint length);
}
