using System.Runtime.InteropServices;
using System.Text;
using Orchestrator.Cli.Agents;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>plan</c>: makes milestones of a specification through the agent, shows them, and writes them when they are approved.</summary>
internal static class PlanVerb
{
    private const int MostBytes = 1 << 20;

    /// <summary>Plans.</summary>
    /// <param name="around">Console, clock, environment.</param>
    /// <param name="folder">The repository.</param>
    /// <param name="file">The specification, from the current folder; <c>-</c> for standard input.</param>
    /// <param name="target">Where the milestones go, from the repository's root.</param>
    /// <param name="yes">Write without asking.</param>
    public static async Task<int> RunAsync(Surroundings around, string folder, string file, string target, bool yes)
    {
        var (spec, problem) = await ReadAsync(around, file).ConfigureAwait(false);
        if (spec is null)
        {
            return Refuse(around, [problem!]);
        }

        var sample = Samples.Text("init/milestones/1A.md");
        var agents = new AgentSources(around.User, around.Out.WriteLine);
        await using (agents.ConfigureAwait(false))
        {
            var session = new PlanSession(around.User, agents.FindAsync, around.Time)
            {
                Say = around.Out.WriteLine,
                Warn = problems =>
                {
                    around.Error.Write(problems.Count > 0 ? ProblemScreen.Text(problems) + "\n" : "");
                    around.Out.WriteLine("The agent reads the specification and the repository; this takes some minutes and uses your Claude account. Ctrl-C stops it.");
                    around.Out.Flush();
                },
            };
            var end = await DraftAsync(session, new PlanRequest(folder, file == "-" ? "standard input" : Path.GetFileName(file), spec, target, sample)).ConfigureAwait(false);
            switch (end)
            {
                case PlanEnd.Refused refused:
                    return Refuse(around, refused.Problems);
                case PlanEnd.Stopped stopped:
                    around.Error.WriteLine($"Stopped; no milestone was written. What was said lies in {stopped.Folder}");
                    return ExitCode.Stopped;
                case PlanEnd.Failed failed:
                    around.Out.WriteLine(DraftScreen.Spent(failed.Spent));
                    Refuse(around, [failed.Why]);
                    around.Error.WriteLine($"       Prompt and transcript: {failed.Folder}");
                    return failed.AtLimit ? ExitCode.LimitReached : ExitCode.Problems;
                case PlanEnd.Drafted drafted:
                    return Approve(around, drafted, target, sample, yes);
                default:
                    throw new InvalidOperationException($"Unknown end {end.GetType().Name}.");
            }
        }
    }

    /// <summary>Signals stop the agent; afterwards, while somebody is asked, they end us as usual.</summary>
    private static async Task<PlanEnd> DraftAsync(PlanSession session, PlanRequest request)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = StopOn(PosixSignal.SIGINT, stop);
        using var terminate = StopOn(PosixSignal.SIGTERM, stop);
        using var hangUp = StopOn(PosixSignal.SIGHUP, stop);
        return await session.DraftAsync(request, stop.Token).ConfigureAwait(false);
    }

    private static int Approve(Surroundings around, PlanEnd.Drafted drafted, string target, string sample, bool yes)
    {
        var draft = drafted.Draft;
        around.Out.Write("\n" + DraftScreen.Text(draft));
        around.Out.WriteLine(DraftScreen.Spent(drafted.Spent));
        around.Out.Flush();
        if (draft.Reading.Problems.Count + draft.Advice.Count > 0)
        {
            around.Error.WriteLine(ProblemScreen.Text([.. draft.Reading.Problems, .. draft.Advice]));
        }

        if (draft.Reading.Plan is null)
        {
            around.Error.WriteLine($"error: the agent could not mend this; nothing was written to {target}.\n       The draft is kept for you to mend: {draft.Folder}");
            return ExitCode.Problems;
        }

        switch (yes ? "y" : Ask(around, draft, target))
        {
            case "y":
                return Write(around, draft, target, sample);
            case "e":
                return Write(around, draft, PlanFolder.Beside(draft, target, sample), sample);
            default:
                around.Out.WriteLine($"Nothing was written to {target}. The draft is kept: {draft.Folder}");
                return ExitCode.Done;
        }
    }

    private static string Ask(Surroundings around, PlanDraft draft, string target)
    {
        if (around.Terminal() is not { } terminal)
        {
            around.Out.WriteLine("With --yes it would be written without asking.");
            return "n";
        }

        while (true)
        {
            around.Out.Write($"Write {(draft.Reading.Files.Count == 1 ? "this file" : $"these {draft.Reading.Files.Count} files")} to {target}/?  [y]es / [n]o / [e]dit first, in {target.TrimEnd('/')}-draft/: ");
            around.Out.Flush();
            switch (terminal.ReadLine()?.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    return "y";
                case "e" or "edit":
                    return "e";
                case "n" or "no" or null:
                    return "n";
            }
        }
    }

    private static int Write(Surroundings around, PlanDraft draft, string target, string sample)
    {
        var (written, problems) = PlanFolder.Write(draft, target, sample);
        if (problems.Count > 0)
        {
            around.Out.WriteLine($"The draft is kept: {draft.Folder}");
            return Refuse(around, problems);
        }

        foreach (var name in written)
        {
            around.Out.WriteLine($"written  {name}");
        }

        around.Out.WriteLine(target.TrimEnd('/') == MilestoneFolder.FolderName
            ? "Next: read them, commit, then 'orchestrator run --validate-only' and 'orchestrator run'."
            : $"A run reads only {MilestoneFolder.FolderName}/; move there what you want to run.");
        return ExitCode.Done;
    }

    private static async Task<(string? Text, Problem? Problem)> ReadAsync(Surroundings around, string file)
    {
        Problem Trouble(string message, string hint) => new("plan.spec", message, new Place(file == "-" ? "standard input" : file), hint);
        var bytes = new byte[MostBytes + 1];
        int length;
        try
        {
            var path = Path.GetFullPath(file, around.Folder);
            if (file != "-" && !File.Exists(path))
            {
                return (null, Trouble(Directory.Exists(path) ? "This is a folder." : "There is no such file.", "Name the file with your specification, or '-' for standard input."));
            }

            var stream = file == "-" ? around.Input() : File.OpenRead(path);
            await using (stream.ConfigureAwait(false))
            {
                length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Trouble($"This cannot be read: {e.Message}", "Look at its permissions."));
        }

        if (length > MostBytes)
        {
            return (null, Trouble("This has more than 1 MiB.", "Plan a part of it, or let the specification name files in the repository."));
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            return string.IsNullOrWhiteSpace(text) ? (null, Trouble("There is nothing in it.", "Write down what is to be made.")) : (text.TrimStart('\uFEFF'), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, Trouble("This is no text in UTF-8.", "Save it as text or Markdown first; a PDF or a Word file cannot be read."));
        }
    }

    private static int Refuse(Surroundings around, IEnumerable<Problem> problems)
    {
        around.Error.WriteLine(ProblemScreen.Text(problems));
        return ExitCode.Problems;
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });
}
