using Microsoft.Data.Sqlite;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Journal;

public sealed class RunJournalTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly RunId Run = new("20261123-001522-a1b2c3");

    private readonly TempFolder _folder = new();

    private string File => _folder.In("journal.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_appended_is_read_in_its_order_by_another_life()
    {
        var entries = Samples.All.Select((fact, i) => new Entry(fact, Noon.AddMilliseconds(i))).ToList();
        using (var journal = RunJournal.OpenToWrite(File, Noon))
        {
            journal.Append(Run, entries[..5]);
            journal.Append(Run, [entries[5]]);
            journal.Append(Run, entries[6..]);
        }

        using var later = RunJournal.OpenToWrite(File, Noon);
        Assert.Equal(entries, later.Reader.Read(Run));
        Assert.Equal(Run, later.Reader.LatestRun());
    }

    [Fact]
    public void Runs_are_kept_apart_and_the_latest_begun_is_the_latest()
    {
        using var journal = RunJournal.OpenToWrite(File, Noon);
        Assert.Null(journal.Reader.LatestRun());
        journal.Append(new RunId("z-first"), [new Entry(new Event.Woke(), Noon)]);
        journal.Append(new RunId("a-second"), [new Entry(new Event.Woke(), Noon), new Entry(new Event.Woke(), Noon)]);
        journal.Append(new RunId("z-first"), [new Entry(new Event.Woke(), Noon)]);
        Assert.Equal(["z-first", "a-second"], journal.Reader.Runs().Select(r => r.Value));
        Assert.Equal("a-second", journal.Reader.LatestRun()!.Value.Value);
        Assert.Equal(2, journal.Reader.Read(new RunId("z-first")).Count);
        Assert.Empty(journal.Reader.Read(new RunId("never")));
    }

    [Fact]
    public void The_state_is_the_fold_of_the_facts()
    {
        var facts = new List<Event> { Samples.Start, new Event.StopAsked(new StopRequest(Urgency.Drain, "operator", "enough")), new Event.Resumed(2, Samples.Start.Policy) };
        RunState? live = null;
        using var journal = RunJournal.OpenToWrite(File, Noon);
        foreach (var fact in facts)
        {
            journal.Append(Run, [new Entry(fact, Noon)]);
            live = Conductor.Decide(live, fact, Noon).State;
            Assert.Equal(live, journal.Reader.StateOf(Run));
        }

        Assert.Null(journal.Reader.StateOf(new RunId("never")));
    }

    [Fact]
    public void A_reader_sees_each_fact_at_once_beside_the_writer()
    {
        Assert.Null(JournalReader.Open(File));
        using var writer = RunJournal.OpenToWrite(File, Noon);
        using var reader = JournalReader.Open(File)!;
        Assert.Null(reader.LatestRun());
        for (var i = 1; i <= 50; i++)
        {
            writer.Append(Run, [new Entry(new Event.Woke(), Noon)]);
            Assert.Equal(i, reader.Read(Run).Count);
        }
    }

    [Fact]
    public async Task Many_readers_disturb_no_writer()
    {
        using var writer = RunJournal.OpenToWrite(File, Noon);
        writer.Append(Run, [new Entry(new Event.Woke(), Noon)]);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                var seen = 0;
                while (!done.IsCancellationRequested)
                {
                    using var reader = JournalReader.Open(File)!;
                    var now = reader.Read(Run).Count;
                    Assert.True(now >= seen);
                    seen = now;
                }
            },
            TestContext.Current.CancellationToken)).ToList();
        for (var i = 0; i < 200; i++)
        {
            writer.Append(Run, [new Entry(new Event.Woke(), Noon)]);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(201, writer.Reader.Read(Run).Count);
    }

    [Fact]
    public void An_append_that_fails_leaves_nothing_of_it()
    {
        using var journal = RunJournal.OpenToWrite(File, Noon);
        journal.Append(Run, [new Entry(new Event.Woke(), Noon)]);
        Assert.ThrowsAny<Exception>(() => journal.Append(Run, [new Entry(new Event.Woke(), Noon), new Entry(null!, Noon)]));
        Assert.Single(journal.Reader.Read(Run));
        journal.Append(Run, [new Entry(new Event.Woke(), Noon)]);
        Assert.Equal(2, journal.Reader.Read(Run).Count);
    }

    [Theory]
    [InlineData("UPDATE fact SET name = 'run.exploded' WHERE seq = 2")]
    [InlineData("UPDATE fact SET body = '{' WHERE seq = 2")]
    [InlineData("UPDATE fact SET body = 'null' WHERE seq = 2")]
    [InlineData("UPDATE fact SET body = '{}' WHERE seq = 2")]
    [InlineData("UPDATE fact SET body = '{\"ticket\":1,\"tip\":{}}' WHERE seq = 2")]
    [InlineData("UPDATE fact SET name = 'turn.finished', body = '{\"ticket\":1,\"outcome\":\"vanished\"}' WHERE seq = 2")]
    [InlineData("UPDATE fact SET name = 'run.started' WHERE seq = 2")]
    public void A_fact_that_cannot_be_read_is_an_error_that_names_it(string sql)
    {
        using var journal = RunJournal.OpenToWrite(File, Noon);
        journal.Append(Run, [new Entry(new Event.Woke(), Noon), new Entry(new Event.TargetMoved(new Ticket(1), "tip"), Noon)]);
        Sql(sql);
        Assert.Contains("Fact 2", Assert.Throws<JournalException>(() => journal.Reader.Read(Run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        RunJournal.OpenToWrite(File, Noon).Dispose();
        Sql("PRAGMA user_version = 99");
        Assert.Contains("99", Assert.Throws<JournalException>(() => RunJournal.OpenToWrite(File, Noon)).Message, StringComparison.Ordinal);
        Assert.Throws<JournalException>(() => JournalReader.Open(File));
    }

    [Fact]
    public void A_journal_that_is_only_just_being_made_is_none_yet()
    {
        Sql("PRAGMA journal_mode=WAL");
        Assert.True(System.IO.File.Exists(File));
        Assert.Null(JournalReader.Open(File));
    }

    private void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
