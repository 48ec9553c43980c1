using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>The merges in the order of their making: what each held, how it ended, and whom bisection found.</summary>
internal static class ReportMerges
{
    private const int ShortCommit = 10;

    public static Html Of(Tale tale, ReportContext context)
    {
        var chronicle = tale.Chronicle;
        if (chronicle.Candidates.Count == 0)
        {
            return Html.None;
        }

        var rows = chronicle.Candidates.Select(c => (c.At, Row: Candidate(c, context)))
            .Concat(chronicle.Judgements.Select(j => (j.At, Row: Judgement(j, context)))).OrderBy(x => x.At).Select(x => x.Row);
        return Html.Of($"""<ol class="merges">{rows}</ol>""");
    }

    private static Html Candidate(CandidateRecord c, ReportContext context)
    {
        var (word, tag) = c.Commit is null ? ("nothing merged", "failed") : (Words.Of(c.End), c.End switch { CandidateEnd.Landed or CandidateEnd.Green => "done", CandidateEnd.Red or CandidateEnd.Doubted => "failed", _ => "waiting" });
        var proof = c.Proof is { } looked ? Html.Of($"<br><small>second look: {(looked.Holds ? "all four hold" : looked.Doubt)}{(c.Unlanded is { } why ? $"; {why}" : "")}</small>") : Html.None;
        return Html.Of($"""
            <li class="{tag}"><time>{context.Clock(c.At)}</time> <span class="tag {tag}">{word}</span> {Ids(c.Merged)} {(c.Commit is { } commit ? Html.Of($"<code>{Short(commit)}</code> on <code>{Short(c.Onto)}</code>") : Html.None)}{(c.Probe ? Html.Of($" <em>to find the guilty</em>") : Html.None)}{c.Conflicts.Select(x => Html.Of($"<br>{x.Id} conflicts in {string.Join(", ", x.Paths)}"))}{(c.Results.Count > 0 ? Html.Of($"<br><small>{string.Join(", ", c.Results.Select(r => $"{r.Name}: {(r.Flaky ? "flaky" : r.Passed ? "green" : r.Inherited ? "red as before" : "red")}"))}</small>") : Html.None)}{proof}</li>
            """);
    }

    private static Html Judgement(Judgement j, ReportContext context) => Html.Of($"""
        <li class="judged"><time>{context.Clock(j.At)}</time> {Ids(j.Culprits.Together)} {(j.Culprits.Together.Count == 1 ? "is red on what is integrated" : "are red together")}; <b>{j.Culprits.SentBack}</b> goes back. <small>{j.Culprits.Claim}</small></li>
        """);

    private static IEnumerable<Html> Ids(IEnumerable<MilestoneId> ids) => ids.Select(id => Html.Of($"""<a class="chip" href="#m-{id}">{id}</a>"""));

    private static string Short(string commit) => commit[..Math.Min(ShortCommit, commit.Length)];
}
