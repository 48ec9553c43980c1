using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>--validate-only</c>: everything that is wrong with settings and plan, and how it would run. Begins and writes nothing.</summary>
internal static class Validation
{
    public static async Task<int> RunAsync(Surroundings around, RunRequest request)
    {
        var (repository, problems) = await Repository.OpenAsync(request.Folder, around.User, CancellationToken.None).ConfigureAwait(false);
        if (repository is null)
        {
            around.Error.WriteLine(ProblemScreen.Text(problems));
            return ExitCode.Problems;
        }

        var settings = SettingsReader.Load(repository.Places.Root, around.User);
        var reading = MilestoneFolder.Read(repository.Places.Root);
        List<Problem> all = [.. settings.Problems, .. reading.Problems];
        string? commit = null;
        if (settings.Settings is { } chosen)
        {
            commit = await repository.CommitOfAsync(chosen.TargetBranch is { } named ? $"refs/heads/{named}" : "HEAD", CancellationToken.None).ConfigureAwait(false);
            if (commit is not null)
            {
                await ProjectPrompts.ReadAsync(repository, chosen.Prompts, commit, all, CancellationToken.None).ConfigureAwait(false);
            }

            all.AddRange(chosen.Publish == PublishMode.PullRequest ? Offering.Check(repository, chosen.PublishRemote) : []);
        }

        all.AddRange(reading.Plan is { } read ? [.. EntryLook.Warnings(read.Milestones, around.User), .. PlanAdvice.Of(read, MilestoneFolder.FolderName, settings.Settings?.MaxParallelTasks)] : []);
        if (all.Count > 0)
        {
            around.Error.WriteLine(ProblemScreen.Text(all));
        }

        if (reading.Plan is not { } plan || settings.Settings is not { } sound || all.Exists(p => p.Severity == Severity.Error))
        {
            around.Error.WriteLine($"{all.Count(p => p.Severity == Severity.Error)} errors.");
            return ExitCode.Problems;
        }

        var done = commit is null ? [] : (await DoneHistory.ReadAsync(repository, commit, CancellationToken.None).ConfigureAwait(false)).Select(d => d.Id).Where(id => plan.IndexOf(id) is not null).ToHashSet();
        var leftOut = plan.Milestones.Select(m => m.Id).Where(id => (request.Stage is { } stage && id.Stage != stage) || (request.Milestone is { } only && id != only)).ToHashSet();
        around.Out.Write(PlanScreen.Text(plan));
        around.Out.WriteLine();
        around.Out.Write(ScheduleScreen.Text(Forecast.Of(plan, sound.MaxParallelTasks, Replay.PaceOf(repository.Places), done, leftOut), done));
        return ExitCode.Done;
    }
}
