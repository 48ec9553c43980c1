using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class ClaudeCommandTests
{
    private static readonly Guid Session = Guid.Parse("01234567-89ab-8def-8123-456789abcdef");
    private static readonly AgentSetup Setup = new("/opt/claude", new Dictionary<string, string> { ["PATH"] = "/bin", ["HOME"] = "/home/ada" }, null, null, TimeSpan.FromHours(1));

    [Fact]
    public void Arguments_and_environment_of_each_kind_of_turn_are_as_approved()
    {
        var rich = Setup with { Model = "opus", Guidance = "/repo/.orchestrator/guidance.md" };
        Approved.Same("claude-command.txt", string.Join("\n", [
            Show("implement", Turn(Setup, Role.Implement)),
            Show("implement, resumed, with model, guidance and budget", Turn(rich, Role.Implement, resume: true, budget: 2.5m)),
            Show("review, with the milestone's model", Turn(rich, Role.Review, model: "haiku")),
            Show("remediate, resumed", Turn(Setup, Role.Remediate, resume: true)),
        ]));
    }

    [Theory]
    [InlineData(0, "0.01")]
    [InlineData(-3, "0.01")]
    [InlineData(1, "1")]
    public void What_is_left_of_a_budget_is_never_nothing(int left, string given)
    {
        var arguments = Turn(Setup, Role.Implement, budget: left).Arguments;
        Assert.Equal(given, arguments[arguments.ToList().IndexOf("--max-budget-usd") + 1]);
    }

    [Fact]
    public void No_setting_of_the_worktree_and_no_prompt_stands_on_the_command_line()
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            var list = Turn(Setup, role).Arguments.ToList();
            Assert.Equal("", list[list.IndexOf("--setting-sources") + 1]);
            Assert.DoesNotContain(list, a => a.Contains("dangerously", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_reviewer_gets_no_tool_that_writes()
    {
        var list = Turn(Setup, Role.Review).Arguments;
        Assert.Contains("--tools=Read,Glob,Grep", list);
        Assert.DoesNotContain(list, a => a.Contains("Bash,", StringComparison.Ordinal) || a.StartsWith("--permission-mode=accept", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stray_key_or_address_reaches_the_agent_only_when_it_is_named()
    {
        var user = new UserEnvironment(new Dictionary<string, string>
        {
            ["ANTHROPIC_API_KEY"] = "stray", ["ANTHROPIC_BASE_URL"] = "https://stray", ["ANTHROPIC_AUTH_TOKEN"] = "stray", ["AWS_SECRET_ACCESS_KEY"] = "stray",
            ["GITHUB_TOKEN"] = "stray", ["CLAUDE_CODE_USE_BEDROCK"] = "1", ["GIT_DIR"] = "/elsewhere", ["LD_PRELOAD"] = "/x.so", ["HOME"] = "/home/ada", ["PATH"] = "/opt/bin:/bin",
        });
        Assert.Equal(
            new Dictionary<string, string> { ["HOME"] = "/home/ada", ["PATH"] = "/opt/bin:/bin", ["TERM"] = "dumb" }, ClaudeCommand.UserEnvironment(user, []));
        Assert.Equal("stray", ClaudeCommand.UserEnvironment(user, ["ANTHROPIC_API_KEY"])["ANTHROPIC_API_KEY"]);
    }

    [Fact]
    public void Where_the_user_moved_caches_the_agent_is_told()
    {
        var user = new UserEnvironment(new Dictionary<string, string> { ["NUGET_PACKAGES"] = "/big/nuget", ["CARGO_HOME"] = "/big/cargo", ["npm_config_cache"] = "/big/npm", ["CARGO_REGISTRY_TOKEN"] = "stray", ["npm_config__auth"] = "stray" });
        Assert.Equal(["CARGO_HOME", "NUGET_PACKAGES", "npm_config_cache"], ClaudeCommand.UserEnvironment(user, []).Where(v => v.Value.StartsWith("/big/", StringComparison.Ordinal)).Select(v => v.Key).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("stray", ClaudeCommand.UserEnvironment(user, []).Values);
    }

    private static ProcessSpec Turn(AgentSetup setup, Role role, bool resume = false, string? model = null, decimal? budget = null) => ClaudeCommand.Turn(
        setup, new TurnBrief(role, Ask.Begin, Session, resume, 1, 0, 1, Cap: new Cap(budget)), resume, "/repo/.worktree/1A", model, new Dictionary<string, string> { ["ORCHESTRATOR_REPOSITORY"] = "r" });

    private static string Show(string title, ProcessSpec spec) =>
        $"# {title}\n{spec.File}\nin {spec.Directory}\n{string.Concat(spec.Arguments.Select(a => $"  {(a.Length == 0 ? "''" : a)}\n"))}{string.Concat(spec.Environment.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"  {e.Key}={e.Value}\n"))}";
}
