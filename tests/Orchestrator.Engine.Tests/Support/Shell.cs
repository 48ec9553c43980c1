using System.Diagnostics;
using System.Text;

namespace Orchestrator.Engine.Tests.Support;

/// <summary>Runs programs for the tests themselves, apart from the code under test and with an environment made from nothing.</summary>
internal static class Shell
{
    /// <summary>Runs it; it has to succeed.</summary>
    public static byte[] Run(string program, string folder, string home, params string[] arguments)
    {
        var (exit, output, errors) = Try(program, folder, home, arguments);
        return exit == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exit}: {errors}");
    }

    /// <summary>Runs it, however it ends.</summary>
    public static (int Exit, byte[] Output, string Errors) Try(string program, string folder, string home, params string[] arguments)
    {
        var info = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/bin:/bin";
        info.Environment["HOME"] = home;
        info.Environment["LC_ALL"] = "C.UTF-8";
        info.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, output.ToArray(), errors.ToString());
    }
}
