using System.Text;
using Orchestrator.Cli.Screens;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// <c>rehearse</c>: the user's own plan, settings and gates in a throw-away clone, with a model that writes a note
/// for each milestone and approves. Shows order, gates and merging before a token is spent.
/// </summary>
internal static class RehearseVerb
{
    public static async Task<int> RunAsync(Surroundings around, string folder, string? into, CancellationToken stop)
    {
        var (repository, problems) = await Repository.OpenAsync(folder, around.User, stop).ConfigureAwait(false);
        if (repository is null)
        {
            around.Error.WriteLine(ProblemScreen.Text(problems));
            return ExitCode.Problems;
        }

        var clone = into is null ? Directory.CreateTempSubdirectory("orchestrator-rehearsal-").FullName : Path.GetFullPath(into, around.Folder);
        var environment = around.User.Only("PATH", "HOME");
        var end = await ShortProcess.RunAsync(
            new ProcessSpec(around.User.Find("git")!, ["clone", "-q", "--no-hardlinks", repository.Places.Root, clone], around.Folder, environment) { InTerminal = true }, null, TimeSpan.FromMinutes(30), stop).ConfigureAwait(false);
        if (end.ExitCode != 0)
        {
            around.Error.WriteLine($"error: git clone: {end.Errors.Trim()}");
            return ExitCode.Problems;
        }

        // What lies in the checkout counts, committed or not, as it would in a run.
        CopyOver(repository.Places.Root, clone, SettingsReader.FileName);
        foreach (var file in Directory.Exists(Path.Combine(repository.Places.Root, MilestoneFolder.FolderName)) ? Directory.EnumerateFiles(Path.Combine(repository.Places.Root, MilestoneFolder.FolderName), "*.md") : [])
        {
            CopyOver(repository.Places.Root, clone, Path.GetRelativePath(repository.Places.Root, file));
        }

        var script = Path.Combine(clone, ".git", "rehearsal.json");
        await File.WriteAllTextAsync(script, Samples.Text("rehearse.json"), Encoding.UTF8, stop).ConfigureAwait(false);
        around.Out.WriteLine($"Rehearsing in {clone}");
        return await RunVerb.RunAsync(around, new RunRequest(clone), script: script).ConfigureAwait(false);
    }

    private static void CopyOver(string from, string to, string name)
    {
        if (File.Exists(Path.Combine(from, name)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, name))!);
            File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
        }
    }
}
