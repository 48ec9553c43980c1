using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>
/// The inner end of the way out of a fence: a port on the fence's own loopback whose connections come out at a unix
/// socket, and so outside.
/// </summary>
public static class Relay
{
    /// <summary>Listens from now on.</summary>
    /// <param name="port">The port of 127.0.0.1; 0 for a free one.</param>
    /// <param name="socket">The path of the unix socket.</param>
    /// <returns>The door, and the port that it got.</returns>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public static (Door Door, int Port) Open(int port, string socket)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen(backlog: 128);
            return (new Door(listener, (client, cancellation) => ServeAsync(client, socket, cancellation)), ((IPEndPoint)listener.LocalEndPoint!).Port);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static async Task ServeAsync(Socket client, string path, CancellationToken cancellation)
    {
        client.NoDelay = true; // events are small, and the agent waits for each
        using var outside = await UnixSocket.ConnectAsync(path, cancellation).ConfigureAwait(false);
        await Splice.RunAsync(client, outside, default, cancellation).ConfigureAwait(false);
    }
}
