using System.CommandLine;
using Orchestrator.Cli;
using Orchestrator.Cli.Screens;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Settings;

// Plain streams: the console's own writers ask the terminal first, which a status would wait for.
using var plainOutput = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
using var plainError = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
using var output = new InertWriter(plainOutput);
using var error = new InertWriter(plainError);
var user = UserEnvironment.Read();
try
{
    var surroundings = new Surroundings(user, Directory.GetCurrentDirectory(), output, error, TimeProvider.System);
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
    error.WriteLine($"error: {e.Message}\n       It is left as it is. Use the version that wrote it, or move .orchestrator/journal.db away: what is merged is known from git, the rest stays under refs/orchestrator/.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException && !Directory.Exists("."))
{
    error.WriteLine("error: The current folder is gone.\n       Change into one that is there.");
    return ExitCode.Problems;
}
catch (Exception e) when (e is not OutOfMemoryException)
{
    error.WriteLine($"error: {e.Message}");
    error.WriteLine(user["LOG_LEVEL"] is "DEBUG" or "debug" ? e.ToString() : "       Nothing is lost; run again. With LOG_LEVEL=DEBUG the whole story is shown.");
    return ExitCode.Bug;
}
