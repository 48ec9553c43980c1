using System.CommandLine;
using Orchestrator.Cli;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

SteadyWriter.OccupyClosedStreams();
using var output = SteadyWriter.On(Console.OpenStandardOutput);
using var error = SteadyWriter.On(Console.OpenStandardError);
var surroundings = new Surroundings(UserEnvironment.Read(), Directory.GetCurrentDirectory(), output, error, TimeProvider.System);
try
{
    if (InstantStatus.TryParse(args) is { } status)
    {
        return await StatusVerb.RunAsync(surroundings, Path.GetFullPath(status.Folder, surroundings.Folder), status.Json, watch: false, CancellationToken.None).ConfigureAwait(false);
    }

    var line = CommandLine.Build(surroundings).Parse(args);
    var code = await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error }).ConfigureAwait(false);
    return line.Errors.Count > 0 ? ExitCode.Problems : code;
}
catch (JournalException e)
{
    error.WriteLine($"error: {e.Message}\n       It is left as it is. Use the version that wrote it, or move .orchestrator/journal.db away: what is merged is known from git, the rest stays under refs/orchestrator/.");
    return ExitCode.Problems;
}
catch (LeaseException e)
{
    error.WriteLine($"error: {e.Message}\n       Make the file and its folder readable and writable for you, on a disk with room, then try again.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is not OutOfMemoryException)
{
    error.WriteLine($"error: {e.Message}");
    error.WriteLine(surroundings.User["LOG_LEVEL"] is "DEBUG" or "debug" ? e.ToString() : "       Nothing is lost; run again. With LOG_LEVEL=DEBUG the whole story is shown.");
    return ExitCode.Bug;
}
