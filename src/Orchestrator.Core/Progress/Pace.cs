using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>How long things take in a repository: measured in earlier runs, or assumed.</summary>
/// <param name="Milestone">One milestone, from its first turn until it is accepted; waits left out.</param>
/// <param name="Judging">The part of it that comes after the first commit: review, remediation, gates.</param>
/// <param name="Gates">The part of it that the gates take.</param>
/// <param name="Merge">One merge, with the gates on it, until it has landed.</param>
/// <param name="Measured">How many milestones were measured; 0 for an assumption.</param>
/// <param name="CostUsd">What one milestone costs; null when that is not known.</param>
public sealed record Pace(TimeSpan Milestone, TimeSpan Judging, TimeSpan Gates, TimeSpan Merge, int Measured = 0, decimal? CostUsd = null)
{
    /// <summary>What is taken where nothing was measured.</summary>
    public static Pace Assumed { get; } = new(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));

    /// <summary>
    /// What earlier runs show. Times are medians, which one night at a limit does not move. The cost is the mean: what
    /// is multiplied by the number of milestones has to hold the dear ones too.
    /// </summary>
    public static Pace Of(IEnumerable<Chronicle> runs)
    {
        List<TimeSpan> milestones = [], judging = [], gates = [], merges = [];
        var cost = 0m;
        foreach (var run in runs)
        {
            foreach (var dossier in run.Milestones)
            {
                if (dossier.Turns.Count == 0 || Accepted(dossier) is not { } accepted)
                {
                    continue;
                }

                milestones.Add(Working(dossier, dossier.Turns[0].Begun, accepted));
                cost += dossier.Turns.Sum(turn => turn.Usage.CostUsd);
                if (dossier.Commits.FirstOrDefault(commit => commit.Commit is not null) is { } first)
                {
                    judging.Add(Working(dossier, first.At, accepted));
                }

                if (dossier.Gates.LastOrDefault(gate => gate.At <= accepted) is { } last && dossier.Turns.LastOrDefault(turn => turn.Ended <= last.At) is { Ended: { } ended })
                {
                    gates.Add(Working(dossier, ended, last.At));
                }
            }

            merges.AddRange(run.Candidates.Where(c => c is { End: CandidateEnd.Landed, Probe: false, Ended: not null }).Select(c => c.Ended!.Value - c.At));
        }

        return milestones.Count == 0 ? Assumed : new Pace(
            Median(milestones), Median(judging), Median(gates), Median(merges), milestones.Count, cost > 0 ? Math.Round(cost / milestones.Count, 4) : null);
    }

    /// <summary>What is left of a step's milestone when the step has just begun.</summary>
    internal TimeSpan LeftAt(Step step) => step switch
    {
        Step.Prepare => Milestone,
        Step.Turn { Brief.Role: Role.Implement or Role.Resolve } => Milestone,
        Step.Turn { Brief.Role: Role.Remediate } => Judging + ((Milestone - Judging) / 2), // mending is less than making, and is judged again
        Step.Turn or Step.Commit => Judging,
        Step.Gate => Gates,
        _ => throw new InvalidOperationException($"Unknown step {step.GetType().Name}."),
    };

    private static DateTimeOffset? Accepted(Dossier dossier) => dossier.Waits.FirstOrDefault(wait => wait.Kind == WaitKind.Merge)?.From;

    private static TimeSpan Working(Dossier dossier, DateTimeOffset from, DateTimeOffset to)
    {
        var waited = TimeSpan.Zero;
        foreach (var wait in dossier.Waits.Where(w => w.Kind != WaitKind.Merge))
        {
            var (begins, ends) = (wait.From > from ? wait.From : from, wait.To is { } end && end < to ? end : to);
            waited += ends > begins ? ends - begins : TimeSpan.Zero;
        }

        return to > from + waited ? to - from - waited : TimeSpan.Zero;
    }

    private static TimeSpan Median(List<TimeSpan> times)
    {
        times.Sort();
        return times.Count == 0 ? TimeSpan.Zero : (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
    }
}
