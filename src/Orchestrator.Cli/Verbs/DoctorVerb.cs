using Orchestrator.Cli.Agents;
using Orchestrator.Cli.Checks;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>doctor</c>: what is needed, what was found, and how to get the rest. Mends only what is ours.</summary>
internal static class DoctorVerb
{
    public static async Task<int> RunAsync(Surroundings around, string folder, bool fix, bool json, CancellationToken stop)
    {
        var user = around.User;
        var (repository, found) = await Repository.OpenAsync(folder, user, stop).ConfigureAwait(false);
        List<Problem> problems = [.. found];
        var settings = new OrchestratorSettings();
        if (repository is not null)
        {
            var read = SettingsReader.Load(repository.Places.Root, user);
            settings = read.Settings ?? settings;
            problems = [.. read.Problems, .. MilestoneFolder.Read(repository.Places.Root).Problems];
        }

        if (fix)
        {
            await FixAsync(around, settings, repository, folder, json ? around.Error : around.Out, stop).ConfigureAwait(false);
        }

        var checks = await new MachineFacts(user, settings, repository, folder, around.Time).CheckAsync(problems, stop).ConfigureAwait(false);
        var good = !checks.Any(check => check.Blocks) && !problems.Exists(problem => problem.Severity == Severity.Error);
        around.Out.Write(json ? DoctorScreen.Json(checks, problems, good) : DoctorScreen.Text(checks, problems));
        return good ? ExitCode.Done : ExitCode.Problems;
    }

    /// <summary>Fetches the CLI when there is none, and closes the state folder to others. All else is the user's to mend.</summary>
    private static async Task FixAsync(Surroundings around, OrchestratorSettings settings, Repository? repository, string folder, TextWriter say, CancellationToken stop)
    {
        if (ClaudeCli.Find(settings, repository?.Places.Root ?? folder, around.User) is null
            && (await ClaudeCli.FetchAsync(around.User, say.WriteLine, stop).ConfigureAwait(false)).Problem is { } problem)
        {
            around.Error.WriteLine(ProblemScreen.Text([problem]));
        }

        if (repository is not null && !OperatingSystem.IsWindows() && new DirectoryInfo(repository.Places.State) is { Exists: true, LinkTarget: null } state)
        {
            try
            {
                state.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                around.Error.WriteLine($"warning: {state.FullName} stays open to others: {e.Message}");
            }
        }
    }
}
