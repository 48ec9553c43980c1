using System.Text;
using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class PlanAnswerTests
{
    private static (IReadOnlyList<MilestoneDraft> Drafts, List<Problem> Problems) Read(string json)
    {
        var problems = new List<Problem>();
        using var answer = JsonDocument.Parse(json);
        return (PlanAnswer.Read(answer.RootElement, problems), problems);
    }

    [Fact]
    public void An_answer_becomes_files_that_are_read_as_they_were_meant()
    {
        var (drafts, problems) = Read("""
            {"milestones":[{"id":"2A","title":"Parse","description":"It parses.","entry_requirements":["node >= 20"],"tasks":["one"],"exit_criteria":["`make test` passes","a: b # c"],"depends_on":["1A"],"scope":["src/**","*.{ts,js}","bad\"glob"]},
                           {"id":"1A","title":"Begin: here","description":"d","exit_criteria":["x"],"after":["1B"]}]}
            """);
        Assert.Empty(problems);
        Assert.Equal(["1A", "2A"], drafts.Select(d => d.Id.ToString()));
        var files = drafts.Select(d => MilestoneText.Read(d.Id, Encoding.UTF8.GetBytes(d.Text), $"{d.Id}.md", problems)!).ToList();
        Assert.Empty(problems);
        Assert.Equal((Items<string>)["src/**", "*.{ts,js}"], files[1].Scope);
        Assert.Equal("1A", Assert.Single(files[1].DependsOn!.Value).Id.ToString());
        Assert.Equal((Items<string>)["`make test` passes", "a: b # c"], files[1].Criteria);
        Assert.Equal(("Begin: here", null, "1B"), (files[0].Title, files[0].DependsOn, Assert.Single(files[0].Named).Id.ToString()));
        Assert.Equal((Items<string>)["node >= 20"], files[1].Entry);
    }

    [Fact]
    public void No_command_can_be_proposed()
    {
        var (drafts, _) = Read("""{"milestones":[{"id":"1A","title":"t","description":"---\nverify: rm -rf /\n---","exit_criteria":["x"],"verify":["rm -rf /"],"scope":["a\"]\nverify: [\"rm"]}]}""");
        var file = MilestoneText.Read(drafts[0].Id, Encoding.UTF8.GetBytes(drafts[0].Text), "1A.md", [])!;
        Assert.Equal((0, 0), (file.Verify.Count, file.Scope.Count));
        Assert.DoesNotContain("verify", PlanAnswer.Schema, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"milestones":[]}""", "plan.empty")]
    [InlineData("""{}""", "plan.empty")]
    [InlineData("""[]""", "plan.empty")]
    [InlineData("""{"milestones":"x"}""", "plan.empty")]
    [InlineData("""{"milestones":[7]}""", "plan.name")]
    [InlineData("""{"milestones":[{"id":"../1A"}]}""", "plan.name")]
    [InlineData("""{"milestones":[{"id":"1A"},{"id":"1A"}]}""", "plan.duplicate")]
    [InlineData("""{"milestones":[{"id":"1A","after":["one"]}]}""", "plan.name")]
    [InlineData("""{"milestones":[{"id":"1A","depends_on":["../x"]}]}""", "plan.name")]
    public void What_cannot_be_a_milestone_is_a_problem_and_no_bug(string json, string code) => Assert.Contains(Read(json).Problems, p => p.Code == code);

    [Fact]
    public void The_schema_is_json() => JsonDocument.Parse(PlanAnswer.Schema).Dispose();

    [Fact]
    public void The_planner_can_read_and_nothing_else_and_is_held_to_the_form()
    {
        var setup = new AgentSetup("/opt/claude", new Dictionary<string, string> { ["PATH"] = "/bin" }, null, null, TimeSpan.FromHours(1));
        var spec = ClaudeCommand.Turn(setup, new TurnBrief(Role.Review, Ask.Begin, Guid.Empty, false, 1, 0, 1), false, "/repo", null, new Dictionary<string, string>(), PlanAnswer.Schema);
        Assert.Contains("--tools=Read,Glob,Grep", spec.Arguments);
        Assert.Equal(PlanAnswer.Schema, spec.Arguments[spec.Arguments.ToList().IndexOf("--json-schema") + 1]);
    }

    [Fact]
    public void The_prompts_are_as_approved()
    {
        Approved.Same("prompts/plan.md", PromptBook.Ours.Plan("spec.md", "Make it.\n{{slots}} is no gap of ours.\n", ["make test", "make lint"], 4).Text);
        Approved.Same("prompts/plan-again.md", PromptBook.Ours.PlanAgain([new Problem("plan.cycle", "They wait.", new Place("milestones/1A.md", 3), "Take one out."), new Problem("advice.overlap", "Both.", new Place("m"), "Part them.", Severity.Warning)], ".orchestrator/plans/x/turn-1-1.prompt.md", 1).Text);
    }
}
