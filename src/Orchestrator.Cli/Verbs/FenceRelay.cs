using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// What runs inside a fence before the agent: it opens ports on the fence's loopback that lead to unix sockets, and so
/// outside, and then runs the agent. Nobody types it, and each turn waits for it, so that it is recognised before
/// anything else of the program is set up.
/// </summary>
internal static class FenceRelay
{
    /// <summary>The word that it is called by.</summary>
    public const string Name = "fence-relay";

    // As env, timeout and the shells have them, so that they are no exit codes of the agent's.
    private const int Unusable = 125;
    private const int NotRunnable = 126;
    private const int NotFound = 127;

    private const string Usage = "fence-relay --to SOCKET --listen PORT [--to SOCKET --listen PORT ...] -- /PROGRAM [ARGUMENT ...]";

    /// <summary>Does it.</summary>
    /// <param name="args">What follows the word.</param>
    /// <returns>The exit code of the program; 128 + n when signal n ended it.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (Parse(args) is not var (ways, program, arguments))
        {
            return Say(Unusable, $"usage: {Usage}");
        }

        try
        {
            foreach (var (socket, port) in ways)
            {
                Relay.Open(port, socket); // until the process ends
            }
        }
        catch (SocketException e)
        {
            return Say(Unusable, $"no port for the way out of the fence: {e.Message}");
        }

        try
        {
            return await Foreground.RunAsync(program, arguments).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            const int NoSuchFile = 2;
            return Say(e.NativeErrorCode == NoSuchFile ? NotFound : NotRunnable, $"{program} does not start: {e.Message}");
        }
    }

    /// <summary>The ways out and the program; null when it is said otherwise.</summary>
    internal static (IReadOnlyList<(string Socket, int Port)> Ways, string Program, string[] Arguments)? Parse(string[] args)
    {
        var ways = new List<(string, int)>();
        var rest = args.AsSpan();
        while (rest is ["--to", var socket, "--listen", var port, ..])
        {
            if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > ushort.MaxValue)
            {
                return null;
            }

            ways.Add((socket, number));
            rest = rest[4..];
        }

        return rest is ["--", ['/', ..] program, .. var arguments] ? (ways, program, arguments.ToArray()) : null;
    }

    private static int Say(int code, string text)
    {
        Console.Error.WriteLine($"error: {text}");
        return code;
    }
}
