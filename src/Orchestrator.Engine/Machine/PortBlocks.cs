using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>
/// Blocks of free ports, one for each name. A block is ours as long as we listen at the port it lies at: no other
/// orchestrator of the machine, whoever runs it, takes it meanwhile, and the end of the process gives it back, kill -9
/// included. That its ports are free is seen when it is taken.
/// </summary>
public sealed class PortBlocks : IDisposable
{
    private readonly ConcurrentDictionary<string, (int Place, Socket Held)> _blocks = new();
    private readonly Lock _taking = new();

    /// <summary>The first port of a name's block, which it keeps until it gives it back; null when none is free.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="count">How many ports it has.</param>
    /// <param name="wish">The first port of the block that it had before, to have it again where it is free.</param>
    public int? Take(string name, int count, int? wish = null)
    {
        lock (_taking)
        {
            if (_blocks.TryGetValue(name, out var block))
            {
                return block.Place + 1;
            }

            var places = PortGrid.Places(count, Ephemeral("/proc/sys/net/ipv4/ip_local_port_range")).ToList();
            IEnumerable<int> wished = wish - 1 is { } before && places.Contains(before) ? [before] : [];
            foreach (var place in wished.Concat(places))
            {
                if (Hold(place) is not { } held)
                {
                    continue;
                }

                if (Enumerable.Range(place + 1, count).All(IsFree))
                {
                    _blocks[name] = (place, held);
                    return place + 1;
                }

                held.Dispose();
            }

            return null;
        }
    }

    /// <summary>Gives a name's block back, if it has one.</summary>
    public void GiveBack(string name)
    {
        if (_blocks.TryRemove(name, out var block))
        {
            block.Held.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var name in _blocks.Keys)
        {
            GiveBack(name);
        }
    }

    /// <summary>The range from which the system gives ports away; null when it does not tell.</summary>
    public static PortRange? Ephemeral(string file)
    {
        try
        {
            var words = File.Exists(file) ? File.ReadAllText(file).Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries) : [];
            return words is [var first, var last] && Port(first) is { } from && Port(last) is { } to ? new PortRange(from, to) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static int? Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    /// <summary>A bound port alone could be taken by another that allows itself to; one that listens cannot.</summary>
    private static Socket? Hold(int port)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }

    private static bool IsFree(int port) => IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port));

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressNotAvailable; // a machine without that loopback
        }
    }
}
