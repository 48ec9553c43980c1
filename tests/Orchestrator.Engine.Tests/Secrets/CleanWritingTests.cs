using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Logs;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Secrets;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;
using Serilog.Events;

namespace Orchestrator.Engine.Tests.Secrets;

public sealed class CleanWritingTests
{
    private static readonly Ticket One = new(1);
    private static readonly string Key = "gh" + "p_" + PlantedSecrets.Draw(new Random(1), PlantedSecrets.Letters, 36);
    private static readonly CleanWriting Clean = new(new SecretScanner(), text => Assert.Fail(text));

    [Fact]
    public void No_fact_holds_a_secret_that_somebody_said()
    {
        Finding[] findings = [new(FindingSeverity.Major, "a", 1, $"leaks {Key}", $"echo {Key}")];
        Event[] facts =
        [
            .. new TurnOutcome[]
            {
                new TurnOutcome.Completed($"wrote {Key}"), new TurnOutcome.Approved(Key, [.. findings], [new CriterionProof(0, ProvedBy.Reviewer, Key)]), new TurnOutcome.ChangesRequested([.. findings]),
                new TurnOutcome.Limited(null, Key), new TurnOutcome.Spent(Key), new TurnOutcome.Failed(FailureKind.Attempt, "agent.error", Key),
            }.Select(outcome => new Event.TurnFinished(One, outcome, default)),
            new Event.GateFinished(One, [new GateResult("tests", false, $"expected {Key}", Tally: new TestTally(1, 1, 0, [Key]), Before: new GateBefore(false, new TestTally(1, 1, 0, [Key])))], [new CriterionProof(0, ProvedBy.Gate, Key)]),
            new Event.WorkCommitted(One, "c", 1, "t", [.. findings], [new Mark(MarkKind.FewerTests, "a", Key)]),
            new Event.OrderFailed(One, FailureKind.Transient, "hands", Key),
        ];
        foreach (var fact in facts)
        {
            Assert.Contains(Key, Engine.Journal.EventCodec.Write(fact), StringComparison.Ordinal);
            var text = Engine.Journal.EventCodec.Write(Clean.Fact(fact)!);
            Assert.DoesNotContain(Key[^20..], text, StringComparison.Ordinal);
            Assert.Contains("[secret: github-token]", text, StringComparison.Ordinal);
            Assert.Same(fact, CleanWriting.Off.Fact(fact));
        }

        Assert.Null(Clean.Fact(null));
    }

    [Fact]
    public async Task Files_with_a_secret_are_written_anew_and_others_are_left_alone()
    {
        using var folder = new TempFolder();
        var filler = string.Concat(Enumerable.Range(0, 4000).Select(i => $"{{\"line\": {i}}}\n"));
        var story = folder.Write("turns/0001-1.jsonl", filler + $"{{\"text\": \"the key is {Key}\\nand goes on\"}}\n" + filler);
        var clean = folder.Write("turns/0001-1.err", filler);
        var other = folder.Write("turns/0002-1.jsonl", Key);
        File.SetUnixFileMode(story, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var before = File.GetLastWriteTimeUtc(clean);

        await Clean.FilesAsync(folder.In("turns/0001-"));

        Assert.Equal(filler + "{\"text\": \"the key is [secret: github-token]\\nand goes on\"}\n" + filler, await File.ReadAllTextAsync(story, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(story));
        Assert.Equal((filler, before), (await File.ReadAllTextAsync(clean, TestContext.Current.CancellationToken), File.GetLastWriteTimeUtc(clean)));
        Assert.Equal(Key, await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken));
        Assert.Equal(3, Directory.GetFiles(folder.In("turns")).Length);
    }

    /// <summary>A transcript's line may have megabytes, and a secret may lie anywhere in it.</summary>
    [Fact]
    public async Task In_a_line_of_any_length_a_secret_is_found_wherever_it_lies_and_nothing_else_is_changed()
    {
        using var folder = new TempFolder();
        var pem = "-----BEGIN PRIV" + "ATE KEY-----\\n" + string.Join("\\n", Enumerable.Range(0, 120).Select(i => PlantedSecrets.Draw(new Random(i), PlantedSecrets.Letters, 64))) + "\\n";
        foreach (var at in Enumerable.Range(0, 24).SelectMany(i => new[] { 15_500 + (i * 61), 27_800 + (i * 61) })) // where windows are cut, and where they end
        {
            foreach (var (secret, rule) in new[] { (Key, "github-token"), (pem, "private-key") })
            {
                // Words of two bytes, so that a cut in one would show.
                string Filler(int count) => string.Concat(Enumerable.Repeat("größer ", (count / 7) + 1))[..(count - 1)] + " ";
                var (before, after) = (Filler(at), Filler(70_000));
                var file = folder.Write("turns/0001-1.jsonl", before + secret + "-----END " + after);

                await Clean.FilesAsync(folder.In("turns/0001-"));

                Assert.Equal($"{before}[secret: {rule}]-----END {after}", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public async Task A_prompt_that_was_sent_is_cleaned_like_a_transcript()
    {
        using var folder = new TempFolder();
        var prompt = folder.Write("turns/0001-implement-a1-r0-1.prompt.md", $"use {Key} for it\n");

        await Clean.FilesAsync(folder.In("turns/0001-"));

        Assert.Equal("use [secret: github-token] for it\n", await File.ReadAllTextAsync(prompt, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_log_holds_none_whoever_writes_into_it()
    {
        using var folder = new TempFolder();
        string file;
        using (var log = new LogFile(folder.Path, DateTimeOffset.UnixEpoch, LogLevel.Info, new SecretScanner().Redact))
        {
            file = log.File;
            log.Say(LogEventLevel.Warning, $"an agent said {Key} to us");
        }

        Assert.Contains("an agent said [secret: github-token] to us", File.ReadAllText(file), StringComparison.Ordinal);
    }
}
