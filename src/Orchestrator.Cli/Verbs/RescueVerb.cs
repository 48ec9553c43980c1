using System.Globalization;
using Orchestrator.Cli.Screens;
using Orchestrator.Engine.Git;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>rescue</c>: shows the work that was kept when a worktree or branch went, and makes a branch of it. Touches no checkout.</summary>
internal static class RescueVerb
{
    /// <summary>What is kept.</summary>
    public static Task<int> ListAsync(Surroundings around, string folder, CancellationToken stop) => WithAsync(around, folder, async rescued =>
    {
        var items = await rescued.ListAsync(stop).ConfigureAwait(false);
        foreach (var item in items)
        {
            var at = TimeZoneInfo.ConvertTime(item.At, around.Time.LocalTimeZone);
            around.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{item.Name}  {at:yyyy-MM-dd HH:mm}  {item.Files} {(item.Files == 1 ? "file" : "files")}  {item.Subject}"));
        }

        around.Out.WriteLine(items.Count == 0 ? "Nothing had to be rescued." : "'orchestrator rescue restore NAME' makes a branch of one.");
        return ExitCode.Done;
    }, stop);

    /// <summary>Makes a branch of one.</summary>
    public static Task<int> RestoreAsync(Surroundings around, string folder, string name, string? branch, CancellationToken stop) => WithAsync(around, folder, async rescued =>
    {
        var (made, problem) = await rescued.RestoreAsync(name, branch, stop).ConfigureAwait(false);
        if (problem is not null)
        {
            around.Error.WriteLine(ProblemScreen.Text([problem]));
            return ExitCode.Problems;
        }

        around.Out.WriteLine($"Branch {made} has it. Look with 'git diff {made}^ {made}', take it with 'git merge {made}'.");
        return ExitCode.Done;
    }, stop);

    private static async Task<int> WithAsync(Surroundings around, string folder, Func<RescuedWork, Task<int>> act, CancellationToken stop)
    {
        var (repository, problems) = await Repository.OpenAsync(folder, around.User, stop).ConfigureAwait(false);
        if (repository is null)
        {
            around.Error.WriteLine(ProblemScreen.Text(problems));
            return ExitCode.Problems;
        }

        if (!Directory.Exists(repository.Places.Shadow))
        {
            around.Out.WriteLine("Nothing had to be rescued.");
            return ExitCode.Done;
        }

        return await act(new RescuedWork(repository)).ConfigureAwait(false);
    }
}
