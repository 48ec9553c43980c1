using System.CommandLine;
using Orchestrator.Cli;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Settings;

var surroundings = new Surroundings(UserEnvironment.Read(), Directory.GetCurrentDirectory(), Console.Out, Console.Error, TimeProvider.System);
try
{
    if (InstantStatus.TryParse(args) is { } status)
    {
        return await StatusVerb.RunAsync(surroundings, Path.GetFullPath(status.Folder, surroundings.Folder), status.Json, watch: false, CancellationToken.None).ConfigureAwait(false);
    }

    var line = CommandLine.Build(surroundings).Parse(args);
    var code = await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
    return line.Errors.Count > 0 ? ExitCode.Problems : code;
}
catch (JournalException e)
{
    Console.Error.WriteLine($"error: {e.Message}\n       It is left as it is. Use the version that wrote it, or move .orchestrator/journal.db away: what is merged is known from git, the rest stays under refs/orchestrator/.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is not OutOfMemoryException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    Console.Error.WriteLine(surroundings.User["LOG_LEVEL"] is "DEBUG" or "debug" ? e.ToString() : "       Nothing is lost; run again. With LOG_LEVEL=DEBUG the whole story is shown.");
    return ExitCode.Bug;
}
