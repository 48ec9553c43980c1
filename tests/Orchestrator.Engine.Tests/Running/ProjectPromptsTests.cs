using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Running;

public sealed class ProjectPromptsTests : InRepository
{
    [Fact]
    public async Task The_projects_own_prompts_replace_ours_and_the_program_puts_the_header_first()
    {
        Repo.Write("tools/prompts/implement.md", "<!-- prompt implement, version 1 -->\r\n\r\nDo {{id}}.\r\n{{situation}}\r\n{{text}}\r\n");
        Repo.Write("tools/prompts/README.md", "Why they are as they are: {{anything}}\n");
        var commit = Repo.Commit("prompts");

        var (book, problems) = await ReadAsync("./tools//prompts/", commit);

        Assert.Empty(problems);
        var blob = Repo.Git("rev-parse", $"{commit}:tools/prompts/implement.md");
        var prompt = book.Write(MilestoneId.Parse("1A"), Brief(Role.Implement), new PromptMaterial("# Parser"));
        Assert.Equal("[orchestrator] milestone=1A role=implement attempt=1 round=0\n\nDo 1A.\n\n# Parser\n", prompt.Text);
        Assert.Equal([new PromptSource("implement", null, blob)], prompt.Sources);
        Assert.Equal([new PromptSource("go-on", 1, null), new PromptSource("implement", null, blob)], book.Write(MilestoneId.Parse("1A"), Brief(Role.Implement, Ask.GoOn), new PromptMaterial("# Parser")).Sources);
        Assert.Equal([new PromptSource("review", 1, null)], book.Write(MilestoneId.Parse("1A"), Brief(Role.Review), new PromptMaterial("# Parser")).Sources);
    }

    [Fact]
    public async Task What_counts_is_the_commit_and_what_lies_in_the_folder_is_said()
    {
        Repo.Write("prompts/implement.md", "{{text}} {{situation}} as committed");
        Repo.Write("prompts/review.md", "{{text}} {{situation}} {{diff}}\n");
        var commit = Repo.Commit("prompts");
        Repo.Write("prompts/implement.md", "{{text}} {{situation}} planted");
        Repo.Write("prompts/review.md", "{{text}} {{situation}} {{diff}}\r\n");
        Repo.Write("prompts/remediate.md", "planted");

        var (book, problems) = await ReadAsync("prompts", commit);

        Assert.Equal(["prompts/implement.md prompts.uncommitted Warning", "prompts/remediate.md prompts.uncommitted Warning"], problems.Select(p => $"{p.Where} {p.Code} {p.Severity}"));
        Assert.Contains("as committed", book.Write(MilestoneId.Parse("1A"), Brief(Role.Implement), new PromptMaterial("")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", book.Write(MilestoneId.Parse("1A"), Brief(Role.Remediate), new PromptMaterial("")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_is_a_problem_with_file_and_line_all_at_once()
    {
        Repo.Write("prompts/implement.md", "<!-- prompt implement, version 1 -->\n\nDo {{text}}\nwith {{foo}} and {{ situation }}\nand ${{ a.b }}, {{situation}}\n");
        Repo.Write("prompts/review.md", "look\n");
        Repo.Write("prompts/Review.md", "{{text}} {{diff}}\n");
        Repo.Write("prompts/reveiw.md", "{{text}} {{diff}}\n");
        Repo.Write("prompts/sub/review.md", "{{text}} {{diff}}\n");
        File.WriteAllBytes(Path.Combine(Repo.Root, "prompts", "remediate.md"), [.. "{{text}} {{findings}} "u8, 0xFF]);
        File.CreateSymbolicLink(Path.Combine(Repo.Root, "prompts", "go-on.md"), "review.md");

        var (_, problems) = await ReadAsync("./prompts", Repo.Commit("prompts"));

        Assert.Equal(
            [
                "prompts/Review.md prompts.name", "prompts/go-on.md prompts.name", "prompts/implement.md:4 prompts.gap '{{ situation }}'", "prompts/implement.md:4 prompts.gap '{{foo}}'",
                "prompts/remediate.md prompts.text", "prompts/reveiw.md prompts.name", "prompts/review.md prompts.gap '{{diff}}'", "prompts/review.md prompts.gap '{{situation}}'", "prompts/review.md prompts.gap '{{text}}'", "prompts/sub prompts.name",
            ],
            problems.Where(p => p.Severity == Severity.Error).Select(p => $"{p.Where} {p.Code}{(p.Message.IndexOf("'{{", StringComparison.Ordinal) is > -1 and var at ? " " + p.Message[at..(p.Message.IndexOf("}}'", StringComparison.Ordinal) + 3)] : "")}").Order(StringComparer.Ordinal));
        Assert.All(problems, p => Assert.NotEmpty(p.Hint));
        Assert.Contains(problems, p => p.Hint == "Known here: {{text}}, {{situation}}, {{id}}, {{role}}, {{attempt}}, {{round}}.");
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("README.md")]
    public async Task A_folder_that_is_not_in_the_base_commit_is_a_problem(string folder)
    {
        Repo.Write("nowhere/implement.md", "planted");
        var problem = Assert.Single((await ReadAsync(folder, Repo.Tip())).Problems);
        Assert.Equal(("prompts.missing", Severity.Error), (problem.Code, problem.Severity));
    }

    [Fact]
    public async Task Without_the_setting_ours_count()
    {
        Repo.Write("prompts/implement.md", "planted");
        Assert.Same(PromptBook.Ours, (await ReadAsync(null, Repo.Commit("prompts"))).Book);
    }

    [Fact]
    public void A_prompt_of_great_size_is_some_other_file()
    {
        var problems = new List<Problem>();
        Assert.Null(PromptText.Read(PromptKind.All[0], Encoding.UTF8.GetBytes(new string('x', 300_000)), "b", "f", problems));
        Assert.Equal("prompts.text", Assert.Single(problems).Code);
    }

    private static TurnBrief Brief(Role role, Ask ask = Ask.Begin) => new(role, ask, Guid.Empty, false, 1, 0, 1);

    private async Task<(PromptBook Book, List<Problem> Problems)> ReadAsync(string? setting, string commit)
    {
        var problems = new List<Problem>();
        return (await ProjectPrompts.ReadAsync(Opened, setting, commit, problems, Stop), problems);
    }
}
