using System.Reflection;
using System.Runtime.InteropServices;

namespace Orchestrator.Engine.Journal;

/// <summary>Loads SQLite's library from beside the program at once; the runtime would look for it under other names in dozens of folders first.</summary>
internal static class NativeSqlite
{
    private const string Name = "e_sqlite3";

    static NativeSqlite()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    /// <summary>Call before the first connection; later calls do nothing.</summary>
    public static void Prepare()
    {
        // The static constructor does it, once.
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"lib{Name}.so");
        return name == Name && NativeLibrary.TryLoad(file, out var handle) ? handle : IntPtr.Zero;
    }
}
