using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Engine.Secrets;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Takes secrets out of what is written down: out of facts before they are journalled, so that log, notices, status,
/// reports and the next prompt have none; and out of transcripts and outputs when their process has ended.
/// </summary>
/// <param name="scanner">Finds them; null for nothing to be taken out.</param>
/// <param name="warn">Takes what a person should read in the log.</param>
public sealed class CleanWriting(SecretScanner? scanner, Action<string> warn)
{
    private const int Part = 32 * 1024; // small enough to be gone at once, however many turns end together

    private static readonly string[] Endings = [".jsonl", ".err", ".log"];

    /// <summary>One that leaves everything as it is.</summary>
    public static CleanWriting Off { get; } = new(null, _ => { });

    /// <summary>The fact without secrets in what agents, gates and other programs said.</summary>
    public Event? Fact(Event? fact) => scanner is null ? fact : fact switch
    {
        Event.TurnFinished e => e with { Outcome = Clean(e.Outcome) },
        Event.GateFinished e => e with { Results = e.Results.Select(Clean).ToItems(), Proofs = Clean(e.Proofs) },
        Event.WorkCommitted e => e with { Lost = Clean(e.Lost), Marks = e.Marks.Select(m => m with { Detail = Clean(m.Detail) }).ToItems() },
        Event.OrderFailed e => e with { Message = Clean(e.Message) },
        _ => fact,
    };

    /// <summary>The files whose names begin so are written anew where they hold a secret. The process that wrote them has ended.</summary>
    public async Task FilesAsync(string beginning)
    {
        var folder = Path.GetDirectoryName(beginning)!;
        if (scanner is null || !Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, Path.GetFileName(beginning) + "*").Where(file => Array.Exists(Endings, file.EndsWith)))
        {
            try
            {
                await Task.Run(() => Clean(file, scanner)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                warn($"{Path.GetFileName(file)} may hold a secret, and could not be looked through: {e.Message}");
            }
        }
    }

    private static void Clean(string file, SecretScanner scanner)
    {
        if (!Parts(file).Any(part => scanner.Suspects(part)))
        {
            return;
        }

        var draft = file + ".clean";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = File.GetUnixFileMode(file);
        }

        using (var stream = new FileStream(draft, options))
        {
            foreach (var part in Parts(file))
            {
                stream.Write(Encoding.UTF8.GetBytes(scanner.Redact(part)));
            }
        }

        File.Move(draft, file, overwrite: true);
    }

    /// <summary>A file in parts that end with a line, where lines are not too long.</summary>
    private static IEnumerable<string> Parts(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var bytes = new byte[Part];
        for (var held = 0; ;)
        {
            var filled = held + stream.ReadAtLeast(bytes.AsSpan(held), Part - held, throwOnEndOfStream: false);
            var whole = filled < Part ? filled : bytes.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            whole = whole == 0 ? filled : whole;
            if (whole > 0)
            {
                yield return Encoding.UTF8.GetString(bytes, 0, whole);
            }

            if (filled < Part)
            {
                yield break;
            }

            held = filled - whole;
            bytes.AsSpan(whole, held).CopyTo(bytes);
        }
    }

    private TurnOutcome Clean(TurnOutcome outcome) => outcome switch
    {
        TurnOutcome.Completed o => o with { Summary = Clean(o.Summary) },
        TurnOutcome.Approved o => o with { Summary = Clean(o.Summary), Remarks = Clean(o.Remarks), Proofs = Clean(o.Proofs) },
        TurnOutcome.ChangesRequested o => o with { Findings = Clean(o.Findings) },
        TurnOutcome.Limited o => o with { Message = Clean(o.Message) },
        TurnOutcome.Spent o => o with { Message = Clean(o.Message) },
        TurnOutcome.Failed o => o with { Message = Clean(o.Message) },
        _ => outcome,
    };

    private GateResult Clean(GateResult result) => result with
    {
        Detail = Clean(result.Detail),
        Tally = Clean(result.Tally),
        Before = result.Before is { } before ? before with { Tally = Clean(before.Tally) } : null,
    };

    private TestTally? Clean(TestTally? tally) => tally is null ? null : tally with { Failing = tally.Failing.Select(Clean).ToItems() };

    private Items<Finding> Clean(Items<Finding> findings) =>
        findings.Select(f => f with { Claim = Clean(f.Claim), Reproduce = f.Reproduce is { } steps ? Clean(steps) : null }).ToItems();

    private Items<CriterionProof> Clean(Items<CriterionProof> proofs) => proofs.Select(p => p with { Evidence = Clean(p.Evidence) }).ToItems();

    private string Clean(string text) => scanner!.Redact(text);
}
