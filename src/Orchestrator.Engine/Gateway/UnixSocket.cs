using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Engine.Gateway;

/// <summary>Sockets that are files.</summary>
public static class UnixSocket
{
    private const int LongestPath = 107; // what the kernel's address has room for

    /// <summary>Listens on a path; only our own user may connect.</summary>
    /// <exception cref="IOException">The path is too long, or taken by something that is not a socket whose owner has gone.</exception>
    public static Socket Listen(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new IOException($"The path of a socket may have {LongestPath} bytes, and this one is longer: {path}");
        }

        Clear(path);
        var socket = New();
        try
        {
            // Nobody can connect before it listens, so that there is no moment in which others may.
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(backlog: 128);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to one.</summary>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = New();
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static void Clear(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return;
        }

        // A process that is just being started has what we had open until it becomes its program: then one that we closed
        // still listens for a moment.
        for (var look = 0; look < 20; look++)
        {
            using var probe = New();
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && file is { Length: 0, LinkTarget: null })
            {
                file.Delete();
                return;
            }
            catch (SocketException)
            {
                throw new IOException($"This is not a socket of ours, and is left alone: {path}");
            }

            Thread.Sleep(10);
        }

        throw new IOException($"Somebody listens there already: {path}");
    }
}
