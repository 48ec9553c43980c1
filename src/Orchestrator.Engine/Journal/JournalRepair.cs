using System.Globalization;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>
/// Finds damage in a journal, and makes a sound one of what is intact. The damaged one is kept aside, always: a
/// journal that is merely replaced by an empty one has cost other programs of this kind their users' work.
/// </summary>
internal static class JournalRepair
{
    private static readonly string[] Parts = ["", JournalReader.Log, "-shm", JournalReader.Rollback];

    /// <summary>What is wrong with the journal, as a sentence; null when nothing is, or when there is none yet.</summary>
    /// <exception cref="JournalException">It was made by a newer version, or the disk refuses to let it be read.</exception>
    public static string? DamageOf(string path)
    {
        var witness = JournalWitness.Read(path);
        if (!File.Exists(path))
        {
            return witness is { } gone ? $"it is gone, and held {gone.Number} facts of run {gone.Run}" : null;
        }

        if (JournalReader.IsHollow(path))
        {
            return JournalReader.Hollow;
        }

        if (File.Exists(path + JournalReader.Rollback))
        {
            RunJournal.Settle(path); // a crash while the file was being made: a reader could not roll that back
        }

        try
        {
            using var reader = JournalReader.Open(path);
            if (reader is null)
            {
                return witness is { } lost ? $"it is empty, and held {lost.Number} facts of run {lost.Run}" : null;
            }

            reader.CheckStructure();
            foreach (var run in reader.Runs())
            {
                reader.Read(run);
            }

            return witness is { } head && !reader.Holds(head) ? $"it has lost the end of run {head.Run}: {head.Number} facts were in it" : null;
        }
        catch (JournalException e) when (e.Trouble == JournalTrouble.Damaged)
        {
            return e.Message;
        }
    }

    /// <summary>Keeps the journal aside and puts a sound one of its intact facts in its place. May be cut off anywhere and done again.</summary>
    /// <returns>What was done, as a sentence.</returns>
    public static string Mend(string path, string damage, DateTimeOffset at)
    {
        var aside = Aside(path, at);
        var kept = Path.Combine(aside, Path.GetFileName(path));
        var draft = path + ".new";
        DeleteParts(draft);
        var (runs, facts, givenUp) = (0, 0, 0);
        using (var sound = RunJournal.Open(draft))
        {
            foreach (var (run, entries, whole) in Intact(kept, path + ".scan"))
            {
                List<Entry> all = whole ? entries : [.. entries, new Entry(new Event.Abandoned("Its journal was damaged. What it merged is known from git."), at)];
                sound.Append(run, all);
                (runs, facts, givenUp) = (runs + 1, facts + entries.Count, givenUp + (whole ? 0 : 1));
            }
        }

        // The old log must be gone before the new file takes the place, or it would be played into it.
        foreach (var part in Parts.Skip(1))
        {
            File.Delete(path + part);
        }

        File.Move(draft, path, overwrite: true);
        File.Delete(JournalWitness.PathOf(path));
        File.Delete(JournalWitness.PathOf(draft));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The journal was damaged: {damage.TrimEnd('.')}. It is kept in {aside}. {facts} intact facts of {runs} runs were taken over{(givenUp > 0 ? ", and the run that is not whole is given up" : "")}; what is merged is known from git, and unmerged work is kept under refs/orchestrator/.");
    }

    private static string Aside(string path, DateTimeOffset at)
    {
        var name = Path.Combine(Path.GetDirectoryName(path)!, string.Create(CultureInfo.InvariantCulture, $"journal.damaged-{at:yyyyMMdd-HHmmss}"));
        var aside = name;
        for (var i = 2; Directory.Exists(aside); i++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        Directory.CreateDirectory(aside);
        CopyParts(path, Path.Combine(aside, Path.GetFileName(path)));
        if (File.Exists(JournalWitness.PathOf(path)))
        {
            File.Copy(JournalWitness.PathOf(path), Path.Combine(aside, Path.GetFileName(JournalWitness.PathOf(path))));
        }

        return aside;
    }

    private static void CopyParts(string from, string to)
    {
        DeleteParts(to);
        foreach (var part in Parts.Where(part => File.Exists(from + part)))
        {
            File.Copy(from + part, to + part);
        }
    }

    private static void DeleteParts(string path)
    {
        foreach (var part in Parts)
        {
            File.Delete(path + part);
        }
    }

    /// <summary>
    /// Each run with its facts up to the first that is not intact. Only a run whose end the witness confirms counts as
    /// whole, or one that has a later run behind it in a sound tree of pages: in a broken one a wrong turn can hide its end.
    /// </summary>
    private static List<(RunId Run, List<Entry> Entries, bool Whole)> Intact(string kept, string path)
    {
        var found = new List<(RunId, List<Entry>, bool)>();
        var witness = JournalWitness.Read(kept);
        CopyParts(kept, path); // reading may change the files, and what is kept aside stays as it was found
        try
        {
            using var reader = JournalReader.Open(path);
            var runs = reader?.Runs() ?? [];
            var sound = reader?.IsSound() ?? false;
            foreach (var run in runs)
            {
                var (entries, broken) = reader!.ReadIntact(run);
                var whole = broken is null && (witness is { } head && head.Run == run.Value ? reader.Holds(head) : sound && run != runs[^1]);
                if (entries.Count > 0 && entries[0].Fact is Event.RunStarted)
                {
                    found.Add((run, entries, whole));
                }
            }
        }
        catch (JournalException)
        {
            // What was read before is intact; the rest stays in what is kept aside.
        }
        finally
        {
            DeleteParts(path);
        }

        return found;
    }
}
