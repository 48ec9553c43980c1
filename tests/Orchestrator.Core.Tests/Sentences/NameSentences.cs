using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Names of milestones and conversations.</summary>
public sealed class NameSentences
{
    [Theory]
    [InlineData("1A", 1, "A")]
    [InlineData("9Z", 9, "Z")]
    [InlineData("10A", 10, "A")]
    [InlineData("1AA", 1, "AA")]
    [InlineData("1AZ", 1, "AZ")]
    [InlineData("1BA", 1, "BA")]
    [InlineData("999ZZ", 999, "ZZ")]
    public void A_milestone_is_named_by_stage_and_letters(string text, int stage, string task)
    {
        Assert.True(MilestoneId.TryParse(text, out var id));
        Assert.Equal((stage, task, text), (id.Stage, id.Task, id.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("1")]
    [InlineData("01A")]
    [InlineData("0A")]
    [InlineData("1a")]
    [InlineData("1A\n")]
    [InlineData("1A ")]
    [InlineData(" 1A")]
    [InlineData("../1A")]
    [InlineData("1A/")]
    [InlineData("1A.md")]
    [InlineData("\u0661A")]
    [InlineData("1\u0391")]
    [InlineData("1\uFF21")]
    [InlineData("1AAA")]
    [InlineData("1000A")]
    [InlineData("99999999999999999999A")]
    [InlineData("-1A")]
    [InlineData("A1")]
    [InlineData("1A\0")]
    public void Anything_else_is_no_name(string text)
    {
        Assert.False(MilestoneId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => MilestoneId.Parse(text));
    }

    [Theory]
    [InlineData("1A", "1B")]
    [InlineData("1Z", "1AA")]
    [InlineData("1AZ", "1BA")]
    [InlineData("1ZZ", "2A")]
    [InlineData("2A", "10A")]
    [InlineData("9Z", "10A")]
    public void Names_are_ordered_as_a_person_counts(string before, string after)
    {
        var (a, b) = (Sketch.Id(before), Sketch.Id(after));
        Assert.True(a < b && a <= b && b > a && b >= a && a != b);
        Assert.Equal([a, b], new[] { b, a }.Order());
    }

    [Fact]
    public void Every_name_of_a_stage_reads_back_and_leads_to_the_next()
    {
        var count = 0;
        MilestoneId? previous = null;
        for (MilestoneId? id = MilestoneId.First(7); id is { } name; id = name.Next())
        {
            Assert.Equal(name, Sketch.Id(name.ToString()));
            Assert.True(previous is null || previous < name);
            previous = name;
            count++;
        }

        Assert.Equal((26 + 26 * 26, "7ZZ"), (count, previous.ToString()));
    }

    [Fact]
    public void A_conversation_has_the_same_name_in_every_life_of_the_program() =>
        Assert.Equal(Guid.Parse("095b4912-8d3c-84bf-af52-b5e257c887a0"), Sessions.Name(new RunId("r"), Sketch.Id("1A"), 1));

    [Fact]
    public void No_two_conversations_share_a_name()
    {
        var names =
            from run in new[] { "20261123-001522-a1b2c3", "20261123-001522-a1b2c4" }
            from id in new[] { "1A", "1AA", "11A", "2A" }
            from number in Enumerable.Range(1, 50)
            select Sessions.Name(new RunId(run), Sketch.Id(id), number);
        Assert.Equal(400, names.Distinct().Count());
    }

    [Fact]
    public void The_name_of_a_conversation_is_a_version_8_uuid()
    {
        var name = Sessions.Name(new RunId("r"), Sketch.Id("1A"), 1);
        Assert.Equal((8, true), (name.Version, name.Variant is >= 8 and <= 11));
    }
}
