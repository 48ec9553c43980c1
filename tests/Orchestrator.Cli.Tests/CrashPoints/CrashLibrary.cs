using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Cli.Tests.CrashPoints;

/// <summary>What happens at a point: the modes of <c>crashpoint.c</c>.</summary>
internal enum Fault
{
    /// <summary>Nothing; the calls are only counted.</summary>
    Count,

    /// <summary>All processes die.</summary>
    Kill,

    /// <summary>All processes die after half of a write.</summary>
    Torn,

    /// <summary>The disk is full for one call.</summary>
    Enospc,

    /// <summary>The disk is full from that call on.</summary>
    EnospcForever,

    /// <summary>One call fails with an input/output error.</summary>
    Eio,
}

/// <summary>Builds <c>crashpoint.c</c>, once for each version of it.</summary>
internal static class CrashLibrary
{
    private static readonly Lazy<(string? Path, string Reason)> Built = new(Build);

    /// <summary>The library; the test is skipped where it cannot be built.</summary>
    public static string Path
    {
        get
        {
            Assert.SkipWhen(Built.Value.Path is null, Built.Value.Reason);
            return Built.Value.Path!;
        }
    }

    private static (string?, string) Build()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (null, "LD_PRELOAD is for Linux");
        }

        var source = System.IO.Path.Combine(Tool.Root, "tests", "Orchestrator.Cli.Tests", "CrashPoints", "crashpoint.c");
        var folder = System.IO.Path.Combine(Tool.Root, "artifacts", "crashpoint");
        var library = System.IO.Path.Combine(folder, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(source)))[..16] + ".so");
        if (File.Exists(library))
        {
            return (library, "");
        }

        Directory.CreateDirectory(folder);
        var draft = $"{library}.{Environment.ProcessId}";
        try
        {
            var (exit, _, error) = Tool.Run("cc", folder, folder, 60, "-shared", "-fPIC", "-O1", "-o", draft, source);
            if (exit != 0)
            {
                return (null, "cc cannot build crashpoint.c here: " + error);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "there is no C compiler ('cc') on PATH");
        }

        File.Move(draft, library, overwrite: true);
        return (library, "");
    }
}

/// <summary>The file that all processes of one run count in: the point to come, and what each call was.</summary>
internal sealed class CrashCounter : IDisposable
{
    private const int Head = 16;
    private const int Record = 256;
    private const int Records = 40_000;
    private readonly string _root;
    private readonly Fault _fault;
    private readonly int _at;
    private readonly string _match;

    public CrashCounter(string root, Fault fault, int at, string match = "")
    {
        (_root, _fault, _at, _match) = (root, fault, at, match);
        File = System.IO.Path.GetTempFileName();
        using var file = System.IO.File.OpenWrite(File);
        file.SetLength(Head + (long)Record * Records);
    }

    public string File { get; }

    public Dictionary<string, string> Variables => new()
    {
        ["LD_PRELOAD"] = CrashLibrary.Path,
        ["CRASHPOINT_FILE"] = File,
        ["CRASHPOINT_ROOT"] = _root,
        ["CRASHPOINT_MATCH"] = _match,
        ["CRASHPOINT_AT"] = $"{_at}",
        ["CRASHPOINT_MODE"] = _fault == Fault.EnospcForever ? "enospc-forever" : _fault.ToString().ToLowerInvariant(),
    };

    /// <summary>True when the fault ends the processes.</summary>
    public bool Kills => _fault is Fault.Kill or Fault.Torn;

    public int Count => BitConverter.ToInt32(Read(0, 4));

    /// <summary>The names of the calls, in their order.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            var records = Read(Head, Record * Math.Min(Count, Records));
            return [.. Enumerable.Range(0, records.Length / Record).Select(i => Text(records.AsSpan(i * Record, 16)))];
        }
    }

    /// <summary>True when the run came to the point.</summary>
    public bool Fired => BitConverter.ToInt32(Read(4, 4)) > 0;

    /// <summary>The point with the call's name, program and path, for the report of a test.</summary>
    public string Describe()
    {
        var record = Read(Head + Record * (_at - 1), Record);
        return Fired ? $"{_fault} {_at} ({Text(record.AsSpan(16, 16))}: {Text(record.AsSpan(0, 16))} {Text(record.AsSpan(32))})" : $"{_fault} {_at} (not reached)";
    }

    /// <summary>
    /// The lock of its own that git was refused to remove, inside <c>.git</c>; null when it was another call. It stays: it
    /// could be the user's, so the program names it and the command that removes it, and leaves it alone.
    /// </summary>
    public string? RefusedLock
    {
        get
        {
            var record = Read(Head + Record * (_at - 1), Record);
            return Fired && _fault == Fault.Eio && (Text(record.AsSpan(0, 16)), Text(record.AsSpan(16, 16))) == ("unlink", "git")
                && Text(record.AsSpan(32)) is var path && path.StartsWith("/.git/", StringComparison.Ordinal) && path.EndsWith(".lock", StringComparison.Ordinal) ? path["/.git/".Length..] : null;
        }
    }

    public void Dispose() => System.IO.File.Delete(File);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);

    private byte[] Read(int from, int length)
    {
        var bytes = new byte[length];
        using var file = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = from;
        file.ReadExactly(bytes);
        return bytes;
    }
}
