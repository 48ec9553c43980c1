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
    private static readonly string[] Endings = [".jsonl", ".err", ".log", ".prompt.md"];
    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false);

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
        if (!Parts(file, scanner).Any(part => part.WasChanged))
        {
            return;
        }

        var draft = file + ".clean";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = File.GetUnixFileMode(file);
        }

        using (var writer = new StreamWriter(new FileStream(draft, options), Text))
        {
            foreach (var (text, _) in Parts(file, scanner))
            {
                writer.Write(text);
            }
        }

        File.Move(draft, file, overwrite: true);
    }

    private static IEnumerable<(string Text, bool WasChanged)> Parts(string file, SecretScanner scanner)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1), Text, detectEncodingFromByteOrderMarks: false);
        foreach (var part in SecretStream.Parts(reader, scanner))
        {
            yield return part;
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
