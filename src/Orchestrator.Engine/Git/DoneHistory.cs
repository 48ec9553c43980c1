using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>A milestone that a branch's history shows as merged, with the hash of its file at that time.</summary>
public sealed record DoneRecord(MilestoneId Id, string Merge, string Hash)
{
    /// <summary>As the conductor knows it.</summary>
    public DoneMilestone Fact => new(Id, Merge);
}

/// <summary>Reads from the target's own history what is done, so that a fresh clone knows it too.</summary>
public static class DoneHistory
{
    /// <summary>The trailer that names the milestone of a merge.</summary>
    public const string MilestoneTrailer = "Orchestrator-Milestone";

    /// <summary>The trailer that names the run.</summary>
    public const string RunTrailer = "Orchestrator-Run";

    /// <summary>The trailer with the SHA-256 of the milestone file.</summary>
    public const string HashTrailer = "Orchestrator-Milestone-Hash";

    /// <summary>The merges in the history of <paramref name="commit"/>, the latest for each milestone.</summary>
    public static async Task<IReadOnlyList<DoneRecord>> ReadAsync(Repository repository, string commit, CancellationToken cancellation)
    {
        var format = $"--format=%H%x1f%(trailers:key={MilestoneTrailer},valueonly,separator=%x2c)%x1f%(trailers:key={HashTrailer},valueonly,separator=%x2c)";
        var log = await repository.Git.RunAsync(
            repository.Places.CommonDir, ["log", "--no-ext-diff", "--no-textconv", "--merges", $"--grep=^{MilestoneTrailer}: ", format, commit, "--"], cancellation).ConfigureAwait(false);
        var found = new SortedDictionary<MilestoneId, DoneRecord>();
        foreach (var line in log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\x1f');
            if (fields.Length == 3 && MilestoneId.TryParse(fields[1], out var id))
            {
                found.TryAdd(id, new DoneRecord(id, fields[0], fields[2]));
            }
        }

        return [.. found.Values];
    }
}
