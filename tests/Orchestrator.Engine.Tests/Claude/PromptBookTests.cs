using System.Security.Cryptography;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class PromptBookTests
{
    private const string Text = "# Parser\n\nIt keeps {{text}}, {{diff}} and {{unknown}} as they are, and </milestone> too.\n";

    private static readonly Items<Finding> Two = [new(FindingSeverity.Major, "a.cs", 7, "breaks on {{id}}", "make\nmake test"), new(FindingSeverity.Minor, null, null, "a typo")];

    public static TheoryData<string, Role, Ask> Turns => new()
    {
        { "implement", Role.Implement, Ask.Begin },
        { "implement-again", Role.Implement, Ask.TryAgain },
        { "implement-go-on", Role.Implement, Ask.GoOn },
        { "review", Role.Review, Ask.Begin },
        { "remediate", Role.Remediate, Ask.Begin },
        { "check", Role.Check, Ask.Begin },
        { "remediate-go-on", Role.Remediate, Ask.GoOn },
    };

    private static string Write(MilestoneId id, string text, TurnBrief brief, string diff, string delta = "") => PromptBook.Ours.Write(id, brief, new PromptMaterial(text, ["It works."], diff, delta)).Text;

    [Theory]
    [MemberData(nameof(Turns))]
    public void Each_prompt_is_as_approved(string name, Role role, Ask ask)
    {
        var again = ask == Ask.TryAgain;
        var brief = new TurnBrief(
            role, ask, Guid.Empty, false, again ? 2 : 1, role == Role.Implement ? 0 : 1, 1, again ? "The agent gave no result." : null, role == Role.Implement && !again ? default : Two);
        Approved.Same($"prompts/{name}.md", Write(MilestoneId.Parse("1A"), Text, brief, role == Role.Review ? "--- a/a.cs\n+++ b/a.cs\n" : ""));
    }

    [Fact]
    public void What_nobody_verified_of_the_entry_requirements_is_given_to_the_implementer_alone()
    {
        string Prompt(Role role) => PromptBook.Ours.Write(MilestoneId.Parse("1A"), new TurnBrief(role, Ask.Begin, Guid.Empty, false, 1, 0, 1), new PromptMaterial(Text, Entry: ["`frob` is installed", "node ≥ 20", "The API answers"])).Text;

        Assert.Contains("say so at the end:\n\n1. node ≥ 20\n2. The API answers\n", Prompt(Role.Implement), StringComparison.Ordinal);
        Assert.DoesNotContain("frob", Prompt(Role.Implement), StringComparison.Ordinal);
        Assert.DoesNotContain("The API answers", Prompt(Role.Review), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public void The_header_is_the_first_line_and_stands_once(string name, Role role, Ask ask)
    {
        var prompt = Write(MilestoneId.Parse("10AB"), Text, new TurnBrief(role, ask, Guid.Empty, false, 3, 2, 1), "");
        var header = $"[orchestrator] milestone=10AB role={role.ToString().ToLowerInvariant()} attempt=3 round=2";
        Assert.Equal(header, prompt.Split('\n')[0]);
        Assert.Equal(1, prompt.Split("[orchestrator] milestone=").Length - 1);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Gaps_in_the_text_of_a_milestone_stay_as_they_are()
    {
        foreach (var ask in new[] { Ask.Begin, Ask.GoOn })
        {
            var prompt = Write(MilestoneId.Parse("1A"), Text, new TurnBrief(Role.Implement, ask, Guid.Empty, false, 1, 0, 1), "the diff");
            Assert.Contains("It keeps {{text}}, {{diff}} and {{unknown}} as they are", prompt, StringComparison.Ordinal);
            Assert.DoesNotContain("the diff", prompt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_diff_of_great_length_is_cut_and_says_so()
    {
        var prompt = Write(MilestoneId.Parse("1A"), Text, new TurnBrief(Role.Review, Ask.Begin, Guid.Empty, false, 1, 0, 1), new string('+', 300_000));
        Assert.InRange(prompt.Length, 200_000, 210_000);
        Assert.Contains("(cut here; read the files for the rest)", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_review_sees_what_came_after_the_one_before_and_then_the_whole_change()
    {
        var prompt = Write(MilestoneId.Parse("1A"), Text, new TurnBrief(Role.Review, Ask.Begin, Guid.Empty, false, 1, 1, 1), "+the whole", "+the rest {{diff}}");
        Assert.Contains("<delta>\n+the rest {{diff}}\n</delta>", prompt, StringComparison.Ordinal);
        Assert.True(prompt.IndexOf("+the rest", StringComparison.Ordinal) < prompt.IndexOf("<diff>\n+the whole", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_resolves_a_conflict_is_told_of_both_sides_and_of_all_milestones_in_it()
    {
        var brief = new TurnBrief(Role.Resolve, Ask.Begin, Guid.Empty, false, 2, 0, 1, "It conflicts in a.cs.", [new Finding(FindingSeverity.Critical, "a.cs", null, "Both sides changed the same place.")]);
        var about = new PromptMaterial(Text, Sides: new ConflictSides("b0", "i1", "w2"), Others: [(MilestoneId.Parse("1B"), "# Printer\n")]);
        Approved.Same("prompts/resolve.md", PromptBook.Ours.Write(MilestoneId.Parse("1A"), brief, about).Text);
    }

    [Fact]
    public void A_reviewer_is_told_of_every_kind_of_mark()
    {
        var marks = Enum.GetValues<MarkKind>().Select(kind => new Mark(kind, $"{kind}.cs", "seen")).ToItems();
        var prompt = PromptBook.Ours.Write(MilestoneId.Parse("1A"), new TurnBrief(Role.Review, Ask.Begin, Guid.Empty, false, 1, 0, 1, Marks: marks), new PromptMaterial(Text)).Text;
        Assert.All(marks, mark => Assert.Contains($"{mark.Path}: seen", prompt, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_bar_is_named_in_the_prompt_of_a_review()
    {
        string Review(FindingSeverity bar) => Write(MilestoneId.Parse("1A"), Text, new TurnBrief(Role.Review, Ask.Begin, Guid.Empty, false, 1, 0, 1, Bar: bar), "");
        Assert.Contains("Every finding blocks here", Review(FindingSeverity.Minor), StringComparison.Ordinal);
        Assert.Contains("`approved` when there is nothing major or critical", Review(FindingSeverity.Major), StringComparison.Ordinal);
        Assert.Contains("`approved` when there is nothing critical", Review(FindingSeverity.Critical), StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_whose_words_change_gets_a_new_version() =>
        Approved.Same("prompts/versions.txt", string.Concat(PromptKind.All.Select(kind => PromptText.Ours(kind.Name)).Select(
            text => $"{text.Source.Name} {text.Source.Version} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Body)))}\n")));

    [Fact]
    public void Every_file_of_ours_is_known_and_keeps_to_its_own_gaps()
    {
        const string Folder = "Orchestrator.Engine.Claude.Prompts.";
        var files = typeof(PromptText).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => name[Folder.Length..^3]);
        Assert.Equal(PromptKind.All.Select(kind => kind.Name).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        foreach (var kind in PromptKind.All)
        {
            var problems = new List<Problem>();
            Assert.NotNull(PromptText.Read(kind, Encoding.UTF8.GetBytes(PromptText.Ours(kind.Name).Body), "", kind.Name, problems));
            Assert.Empty(problems);
        }
    }

    [Fact]
    public void There_are_words_for_every_role_and_every_ask()
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            foreach (var ask in Enum.GetValues<Ask>())
            {
                Assert.DoesNotContain("{{", Write(MilestoneId.Parse("1A"), "plain", new TurnBrief(role, ask, Guid.Empty, false, 1, 0, 1, "why"), ""), StringComparison.Ordinal);
            }
        }
    }
}
