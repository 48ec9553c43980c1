using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Git;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>report</c>: the whole run as one HTML file that opens from the disk.</summary>
internal static class ReportVerb
{
    public static int Run(Surroundings around, string folder, string? run, string? output)
    {
        var (found, problem) = RunTale.Read(around, folder, run);
        if (found is not { } read || problem is not null)
        {
            around.Error.WriteLine(ProblemScreen.Text([problem!]));
            return ExitCode.Problems;
        }

        var file = output is null ? Path.Combine(read.Logs, "report.html") : Path.GetFullPath(output, around.Folder);
        var place = Path.GetDirectoryName(file)!;
        var plan = read.Tale.State.Plan;
        var turns = plan.Milestones.SelectMany(m => read.Evidence.Turns(m.Id).SelectMany(g => g.Select(name => (Key: (m.Id, g.Key), Name: name)))).ToLookup(t => t.Key, t => t.Name);
        var page = ReportScreen.Page(read.Tale, new ReportContext(read.Alive, Url(Path.GetRelativePath(place, read.Evidence.Run)), turns, around.Time.GetUtcNow(), around.Time.LocalTimeZone));
        try
        {
            Directory.CreateDirectory(place);
            StateFolder.WriteWhole(file, page);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            around.Error.WriteLine(ProblemScreen.Text([new Problem("report.refused", $"The report cannot be written: {e.Message}", new Place(file), "Name another file with --output FILE.")]));
            return ExitCode.Problems;
        }

        around.Out.WriteLine(file);
        return ExitCode.Done;
    }

    /// <summary>A relative path as a link has it.</summary>
    private static string Url(string path) => string.Join('/', path.Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString));
}
