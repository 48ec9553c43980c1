using System.Text;
using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Journal;

public sealed class EventCodecTests
{
    [Fact]
    public void Every_kind_of_fact_and_of_outcome_has_a_sample_and_a_name()
    {
        var facts = typeof(Event).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Event))).ToHashSet();
        Assert.Equal(facts, Samples.All.Select(s => s.GetType()).ToHashSet());
        Assert.Equal(facts, JournalNames.All.Select(n => n.Type).ToHashSet());
        Assert.Equal(facts.Count, JournalNames.All.Select(n => n.Name).Distinct().Count());
        Assert.Equal(
            typeof(TurnOutcome).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(TurnOutcome))).ToHashSet(),
            Samples.All.OfType<Event.TurnFinished>().Select(f => f.Outcome.GetType()).ToHashSet());
    }

    [Fact]
    public void Every_fact_comes_back_as_it_was() =>
        Assert.All(Samples.All, fact => Assert.Equal(fact, Read(JournalNames.Of(fact), EventCodec.Write(fact))));

    [Fact]
    public void The_spelling_on_disk_is_as_approved() =>
        Approved.Same("journal.txt", string.Concat(Samples.All.Select(fact => $"{JournalNames.Of(fact)} {EventCodec.Write(fact)}\n")));

    [Fact]
    public void What_stands_in_the_approved_file_can_be_read()
    {
        var read = File.ReadAllLines(Approved.File("journal.txt")).Select(line => line.Split(' ', 2)).Select(p => Read(p[0], p[1]));
        Assert.Equal(Samples.All, read);
    }

    [Fact]
    public void A_name_of_a_later_version_is_refused() => Assert.Throws<JsonException>(() => Read("run.exploded", "{}"));

    [Fact]
    public void A_fact_of_a_later_version_with_more_fields_can_be_read() =>
        Assert.Equal(new Event.TargetMoved(new Core.Runs.Ticket(1), "tip"), Read("target.moved", """{"later":{"x":[1]},"ticket":1,"tip":"tip"}"""));

    private static Event Read(string name, string body) => EventCodec.Read(name, Encoding.UTF8.GetBytes(body));
}
