using System.Text;
using System.Text.Json;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Tests.Journal;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>A spoilt journal is a <see cref="JournalException"/> or says what it said; nothing else escapes.</summary>
[Collection(Alone.Name)]
public sealed class JournalCases
{
    private static readonly (string Name, string Body)[] Facts = [.. Samples.All.Select(f => (JournalNames.Of(f), EventCodec.Write(f)))];

    private static readonly Lazy<byte[]> Good = new(Make);

    [Fact]
    public void No_spoilt_fact_breaks_a_law() => Laws.Hold("fact", Laws.Share(1500), (rng, _, _) =>
    {
        var (name, body) = rng.Of(Facts);
        var bytes = rng.Percent(60) ? Encoding.UTF8.GetBytes(Mutator.SpoilJson(rng, body)) : Mutator.Spoil(rng, Encoding.UTF8.GetBytes(body));
        name = rng.Percent(10) ? rng.Of(Facts).Name : name;
        return () =>
        {
            try
            {
                var fact = EventCodec.Read(name, bytes);
                var spelled = EventCodec.Write(fact);
                Assert.Equal(spelled, EventCodec.Write(EventCodec.Read(name, Encoding.UTF8.GetBytes(spelled)))); // what was read can be kept
                return new Seen(spelled, []);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                return new Seen(e.GetType().Name, []); // the reader turns these into a JournalException
            }
        };
    });

    [Fact]
    public void No_spoilt_file_breaks_a_law() => Laws.Hold("journal", Laws.Share(500), (rng, number, folder) =>
    {
        var file = folder.In("journal.db");
        File.WriteAllBytes(file, number == 0 ? Good.Value : Mutator.Spoil(rng, Good.Value));
        return () =>
        {
            try
            {
                using var reader = JournalReader.Open(file);
                var entries = (reader?.Runs() ?? []).SelectMany(run => reader!.Read(run)).ToList();
                return new Seen(string.Join('\n', entries.Select(e => $"{e.At:O} {EventCodec.Write(e.Fact)}")), []);
            }
            catch (JournalException e)
            {
                return new Seen(e.Message.Split('\n')[0], []);
            }
        };
    });

    private static byte[] Make()
    {
        using var folder = new TempFolder();
        var file = folder.In("journal.db");
        using (var journal = RunJournal.OpenToWrite(file, DateTimeOffset.UnixEpoch))
        {
            journal.Append(new RunId("20261123-001522-a1b2c3"), [.. Samples.All.Select((fact, i) => new Entry(fact, new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero).AddSeconds(i)))]);
        }

        return File.ReadAllBytes(file);
    }
}
