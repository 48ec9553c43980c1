using System.Runtime.InteropServices;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// How many files we and what we start may have open. Many systems begin with few, for the sake of old programs, and let
/// everybody raise that up to a bound.
/// </summary>
public static partial class OpenFiles
{
    private static readonly int Resource = OperatingSystem.IsMacOS() ? 8 : 7;

    /// <summary>More than this is of no use, and macOS refuses what it calls unlimited.</summary>
    private const ulong Enough = 65_536;

    /// <summary>Raises our own limit as far as we may. Where that fails, all goes on with what there is.</summary>
    public static void RaiseLimit()
    {
        if (OperatingSystem.IsWindows() || GetLimit(Resource, out var limit) != 0)
        {
            return;
        }

        var wanted = Math.Min((ulong)limit.Most, Enough);
        if ((ulong)limit.Now < wanted)
        {
            limit.Now = (nuint)wanted;
            _ = SetLimit(Resource, in limit);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Now;
        public nuint Most;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);
}
