using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What a milestone takes for granted.</summary>
public sealed class EntrySentences
{
    [Theory]
    [InlineData("`node` is installed", "node", null)]
    [InlineData("`frob-2` is installed and on the PATH.", "frob-2", null)]
    [InlineData("`Frob` must be on PATH", "Frob", null)]
    [InlineData("`frob` (>= 2.1) is installed", "frob", "2.1")]
    [InlineData("docker on PATH", "docker", null)]
    [InlineData("Docker is available.", "docker", null)]
    [InlineData("node ≥ 20", "node", "20")]
    [InlineData("`node` >= v20.1", "node", "20.1")]
    [InlineData("Python 3.11 or newer", "python", "3.11")]
    [InlineData("Node 20+ installed", "node", "20")]
    public void A_program_that_cannot_be_meant_otherwise_is_looked_for(string text, string program, string? version)
    {
        var tool = Assert.IsType<EntryRequirement.Tool>(EntryRequirement.Of(text));
        Assert.Equal((program, version), (tool.Program, tool.Version));
        Assert.Equal(version is not null, tool.IsForTheAgent);
    }

    [Theory]
    [InlineData("`src/api` exists", "src/api")]
    [InlineData("The file `config.json` must exist.", "config.json")]
    [InlineData("`a/b.ts`, `c.md` and `.env` are present", "a/b.ts c.md .env")]
    [InlineData("`src/` is there", "src/")]
    public void Files_that_cannot_be_meant_otherwise_are_looked_for(string text, string paths) =>
        Assert.Equal(paths, string.Join(' ', Assert.IsType<EntryRequirement.Files>(EntryRequirement.Of(text)).Paths));

    [Theory]
    [InlineData("1A is done")]
    [InlineData("The API answers")]
    [InlineData("Coverage ≥ 80")]
    [InlineData("coverage >= 80")]
    [InlineData("`UserRepository` is available")]
    [InlineData("`users` is available")]
    [InlineData("`React` is installed")]
    [InlineData("The package `express` is installed")]
    [InlineData("the compiler on PATH")]
    [InlineData("everything on PATH")]
    [InlineData("`node` is installed on the build server")]
    [InlineData("`node` is not installed")]
    [InlineData("`Parser.Parse` exists")]
    [InlineData("`os.path` exists")]
    [InlineData("`Node.js` is present")]
    [InlineData("`/api/users` exists")]
    [InlineData("`../other/file` exists")]
    [InlineData("`.git/hooks` exists")]
    [InlineData("`@scope/package` is present")]
    [InlineData("`src/*.ts` exists")]
    [InlineData("`src/api.ts` exists and exports `x`")]
    [InlineData("The branch `feature/x` exists")]
    [InlineData("`src/api.ts` does not exist")]
    [InlineData("make tests green")]
    [InlineData("go 2 later")]
    [InlineData("`a b` is installed")]
    [InlineData("``")]
    [InlineData("")]
    public void All_else_is_a_question_to_the_agent(string text)
    {
        var question = Assert.IsType<EntryRequirement.Question>(EntryRequirement.Of(text));
        Assert.True(question.IsForTheAgent);
        Assert.Equal(text, question.Text);
    }

    [Fact]
    public void A_program_may_go_by_another_name() =>
        Assert.Equal(["python3", "python"], ((EntryRequirement.Tool)EntryRequirement.Of("`python` is installed")).Names);

    [Fact]
    public void One_whose_requirement_is_not_met_fails_without_a_turn_and_the_others_go_on()
    {
        var story = Story.Of("1A", "1B", "2A needs 1A", "2B needs 1B").Begins();
        var order = story.Given<Order.Prepare>("1A");
        story.Happens(new Event.OrderFailed(order.Ticket, FailureKind.Milestone, "entry.unmet", "`frob` is not on PATH."))
            .Expect("1A: failed entry.unmet \"`frob` is not on PATH.\"", "1B: preparing", "2A: blocked by 1A");
        Assert.Equal(1, story.Of("1A").Attempt);
        story.Accepts("1B").Lands().Accepts("2B").Lands().Ends<Final.WithFailures>();
    }
}
