using System.CommandLine;
using Orchestrator.Cli;
using Orchestrator.Cli.Screens;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

if (args is [FenceRelay.Name, ..])
{
    return await FenceRelay.RunAsync(args[1..]).ConfigureAwait(false);
}

SteadyWriter.OccupyClosedStreams();
using var steadyOutput = SteadyWriter.On(Console.OpenStandardOutput);
using var steadyError = SteadyWriter.On(Console.OpenStandardError);
using var output = new InertWriter(steadyOutput);
using var error = new InertWriter(steadyError);
var user = UserEnvironment.Read();
try
{
    var surroundings = new Surroundings(user, Directory.GetCurrentDirectory(), output, error, TimeProvider.System)
    {
        Input = Console.OpenStandardInput,
        Terminal = () => Console.IsInputRedirected || Console.IsOutputRedirected ? null : Console.In,
    };
    if (InstantStatus.TryParse(args) is { } status)
    {
        return await StatusVerb.RunAsync(surroundings, Path.GetFullPath(status.Folder, surroundings.Folder), status.Json, watch: false, CancellationToken.None).ConfigureAwait(false);
    }

    var line = CommandLine.Build(surroundings).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // "@x" is no file to read
    var code = await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error }).ConfigureAwait(false);
    return line.Errors.Count > 0 ? ExitCode.Problems : code;
}
catch (JournalException e)
{
    error.WriteLine($"error: {e.Message}\n       {e.Trouble switch
    {
        JournalTrouble.Newer => "It is left as it is. Use the version that wrote it.",
        JournalTrouble.Refused => "Make room on the disk, and see that it can be written; then run again. Nothing is lost.",
        _ => "'orchestrator run' keeps it aside, takes over what is intact in it, and goes on with what git knows.",
    }}");
    return ExitCode.Problems;
}
catch (LeaseException e)
{
    error.WriteLine($"error: {e.Message}\n       Make the file and its folder readable and writable for you, on a disk with room, then try again.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException && !Directory.Exists("."))
{
    error.WriteLine("error: The current folder is gone.\n       Change into one that is there.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
{
    error.WriteLine($"error: {e.Message}\n       The machine is in the way: see that the disk has room and can be written, and that files can be opened (ulimit -n), then run again. Nothing is lost.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is not OutOfMemoryException)
{
    error.WriteLine($"error: {e.Message}");
    error.WriteLine(user["LOG_LEVEL"] is "DEBUG" or "debug" ? e.ToString() : "       Nothing is lost; run again. With LOG_LEVEL=DEBUG the whole story is shown.");
    return ExitCode.Bug;
}
