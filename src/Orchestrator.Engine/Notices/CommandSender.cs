using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Notices;

/// <summary>Tells by a command of the user's, given to a shell as gates are. The message comes in variables and as JSON; no word of it ever stands in the command.</summary>
public static class CommandSender
{
    private const string Prefix = "ORCHESTRATOR_NOTICE_";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The way.</summary>
    /// <param name="command">What the settings say.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">What it may see besides the message.</param>
    public static NoticeSender Of(string command, string folder, IReadOnlyDictionary<string, string> environment) =>
        new("command", (message, cancellation) => SendAsync(command, folder, environment, message, cancellation));

    /// <summary>What a command gets of a message besides the JSON. What there is nothing of is empty.</summary>
    internal static Dictionary<string, string> Variables(Message message) => new()
    {
        [Prefix + "KIND"] = message.Notice.Word,
        [Prefix + "TITLE"] = message.Title,
        [Prefix + "TEXT"] = message.Notice.Text,
        [Prefix + "REPOSITORY"] = message.Repository,
        [Prefix + "RUN"] = message.Run,
        [Prefix + "MILESTONE"] = message.Notice.Milestone?.ToString() ?? "",
        [Prefix + "CODE"] = message.Notice.Code ?? "",
        [Prefix + "AT"] = message.Notice.At.ToString("O", CultureInfo.InvariantCulture),
        [Prefix + "UNTIL"] = message.Notice.Until?.ToString("O", CultureInfo.InvariantCulture) ?? "",
    };

    private static async Task<string?> SendAsync(string command, string folder, IReadOnlyDictionary<string, string> environment, Message message, CancellationToken cancellation)
    {
        var variables = new Dictionary<string, string>(environment);
        foreach (var (name, value) in Variables(message))
        {
            variables[name] = value;
        }

        // What it prints is for nobody; what it complains about is for the log.
        var spec = new ProcessSpec("/bin/sh", ["-c", $"exec >/dev/null\n{command}"], folder, variables);
        return await RunAsync(spec, MessageJson.Of(message), Patience, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a program that tells; returns why it could not.</summary>
    internal static async Task<string?> RunAsync(ProcessSpec spec, byte[]? input, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            var end = await ShortProcess.RunAsync(spec, input, patience, cancellation).ConfigureAwait(false);
            return end.TimedOut ? $"not finished after {patience.TotalSeconds:0} s"
                : end.ExitCode == 0 ? null
                : new StringBuilder($"exit code {end.ExitCode}").Append(end.Errors.Trim() is { Length: > 0 } errors ? $": {Plain.Line(Plain.Cut(errors, 200))}" : "").ToString();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return Plain.Line(e.Message);
        }
    }
}
