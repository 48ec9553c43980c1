using System.Text;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Tests.Plans;

/// <summary>From a specification to milestones, with the fake agent.</summary>
public sealed class PlanTests : IDisposable
{
    private const string Good = """
        {"milestones":[
          {"id":"1A","title":"Greeting","description":"Says hello to whoever is named.","exit_criteria":["it greets"],"scope":["out/1A.txt"]},
          {"id":"1B","title":"Words","description":"Counts words.","exit_criteria":["it counts"],"scope":["out/1B.txt"]},
          {"id":"2A","title":"Both","description":"Uses both.","exit_criteria":["it does"]}]}
        """;

    private const string Cyclic = """{"milestones":[{"id":"1A","title":"A","description":"a","exit_criteria":["x"],"after":["1B"]},{"id":"1B","title":"B","description":"b","exit_criteria":["x"],"after":["1A"]}]}""";

    private readonly SampleRepository _repository = new();

    public PlanTests() => _repository.Write("spec.md", "# What I want\n\nA greeter that counts.\n");

    public void Dispose() => _repository.Dispose();

    private void Answers(params string[] answers)
    {
        for (var i = 0; i < answers.Length; i++)
        {
            File.WriteAllText(Path.Combine(_repository.Home, $"plan-{i + 1}.json"), answers[i]);
        }
    }

    private string Plans => Path.Combine(_repository.Folder, ".orchestrator", "plans");

    private bool HasMilestones => Directory.Exists(Path.Combine(_repository.Folder, "milestones"));

    [Fact]
    public void A_specification_becomes_milestones_that_a_run_does()
    {
        Answers(Good);
        var (exit, output, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.True(exit == 0, output + error);
        Assert.Contains("  1A   Greeting", output, StringComparison.Ordinal);
        Assert.Contains("Says hello to whoever is named.", output, StringComparison.Ordinal);
        Assert.Contains("The planning used $0.01 (15 tokens, 1 turn of the agent).", output, StringComparison.Ordinal);
        Assert.Contains("written  milestones/2A.md", output, StringComparison.Ordinal);
        Assert.Equal("?? milestones/\n?? spec.md", _repository.Git("status", "--porcelain"));
        Assert.Contains("A greeter that counts.", File.ReadAllText(Directory.GetFiles(Plans, "turn-1-1.prompt.md", SearchOption.AllDirectories).Single()), StringComparison.Ordinal);
        Assert.Empty(_repository.LeftOver());

        _repository.Git("add", "-A");
        _repository.Git("commit", "-q", "-m", "the plan");
        var (ran, ranOutput, ranError) = _repository.Run("run");
        Assert.True(ran == 0, ranOutput + ranError);
        Assert.Equal("1A 1B 2A", _repository.Merged());

        (_, output, error) = _repository.Run("run", "--validate-only");
        Assert.Contains("Done already: 1A, 1B, 2A.\nNothing is left to do.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_goes_back_to_the_agent_in_the_same_conversation()
    {
        Answers(Cyclic, Good);
        var (exit, output, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.True(exit == 0, output + error);
        Assert.Contains("The plan has 1 error and 0 warnings; the agent looks at them.", output, StringComparison.Ordinal);
        Assert.Contains("$0.02", output, StringComparison.Ordinal);
        var again = File.ReadAllText(Directory.GetFiles(Plans, "turn-2-1.prompt.md", SearchOption.AllDirectories).Single());
        Assert.Contains("These milestones wait for each other: 1A → 1B → 1A.", again, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(_repository.Home, ".fake-claude")));
        Assert.Contains("# 2A: Both", _repository.Read("milestones/2A.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_stays_wrong_is_not_written_and_its_draft_is_kept()
    {
        Answers(Cyclic);
        var (exit, output, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.Equal(2, exit);
        Assert.Contains("3 turns", output, StringComparison.Ordinal);
        Assert.Contains("These milestones wait for each other", error, StringComparison.Ordinal);
        Assert.False(HasMilestones);
        Assert.True(File.Exists(Path.Combine(Kept(error), "1A.md")));
    }

    [Fact]
    public void Advice_goes_back_once_and_then_counts_as_the_agents_decision()
    {
        Answers("""{"milestones":[{"id":"1A","title":"A","description":"a","exit_criteria":["x"],"scope":["src"]},{"id":"1B","title":"B","description":"b","exit_criteria":["x"],"scope":["src/b"]}]}""");
        var (exit, output, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.True(exit == 0, output + error);
        Assert.Contains("2 turns", output, StringComparison.Ordinal);
        Assert.Contains("warning: milestones/1B.md: 1A and 1B may be in work at once", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_terminal_and_without_yes_nothing_is_written()
    {
        Answers(Good);
        var (exit, output, _) = _repository.Run("plan", "spec.md");

        Assert.Equal(0, exit);
        Assert.False(HasMilestones);
        Assert.True(File.Exists(Path.Combine(Kept(output), "2A.md")));
    }

    [Fact]
    public void A_plan_that_is_there_is_left_alone_before_anything_is_spent()
    {
        _repository.Write("milestones/1A.md", "# 1A: Mine\n");
        Answers(Good);
        var (exit, _, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.Equal(2, exit);
        Assert.Contains("error: milestones: There is a plan already: 1A.md.", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Plans));

        (exit, var output, error) = _repository.Run("plan", "spec.md", "--yes", "--dir", "milestones-draft");
        Assert.True(exit == 0, output + error);
        Assert.Equal("# 1A: Mine\n", _repository.Read("milestones/1A.md"));
        Assert.Contains("# 1A: Greeting", _repository.Read("milestones-draft/1A.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_untouched_sample_of_init_gives_way()
    {
        _repository.Run("init");
        Answers(Good);
        var (exit, output, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.True(exit == 0, output + error);
        Assert.Contains("# 1A: Greeting", _repository.Read("milestones/1A.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fake: limit 3000", 5, "The provider refuses until 20", "Run the same command again then.")]
    [InlineData("fake: login", 2, "Not logged in", "'orchestrator doctor' looks whether there is a login.")]
    [InlineData("fake: plan", 2, "The agent gave no plan.", "Run it again")]
    public void Trouble_of_the_agent_is_said_with_what_to_do(string mode, int code, string what, string hint)
    {
        _repository.Write("spec.md", $"{mode}\n");
        var (exit, output, error) = _repository.Run("plan", "spec.md", "--yes");

        Assert.True(exit == code, output + error);
        Assert.Contains(what, error, StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
        Assert.Contains("The planning used $0.0", output, StringComparison.Ordinal);
        Assert.False(HasMilestones);
    }

    [Theory]
    [InlineData("no.md", "There is no such file.")]
    [InlineData(".", "This is a folder.")]
    [InlineData("-", "There is nothing in it.")]
    public void A_specification_that_cannot_be_read_is_a_problem(string file, string what)
    {
        var (exit, _, error) = _repository.Run("plan", file);
        Assert.Equal(2, exit);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("/tmp")]
    [InlineData(".git/x")]
    [InlineData(".")]
    public void A_plan_does_not_leave_the_repository(string folder) =>
        Assert.Contains("A plan cannot go here.", _repository.Run("plan", "spec.md", "--yes", "--dir", folder).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("y\n", "milestones/1A.md")]
    [InlineData("what\ne\n", "milestones-draft/1A.md")]
    [InlineData("n\n", null)]
    [InlineData("", null)]
    public async Task On_a_terminal_it_is_written_when_it_is_approved(string keys, string? written)
    {
        Answers(Good);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var user = new UserEnvironment(new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = _repository.Home });
        var around = new Surroundings(user, _repository.Folder, output, error, TimeProvider.System) { Terminal = () => new StringReader(keys) };

        Assert.Equal(0, await PlanVerb.RunAsync(around, _repository.Folder, "spec.md", "milestones", yes: false));

        Assert.Contains("Write these 3 files to milestones/?", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(written == "milestones/1A.md", HasMilestones);
        Assert.True(written is null || File.Exists(Path.Combine(_repository.Folder, written)), output.ToString());
    }

    [Fact]
    public async Task The_specification_can_come_from_standard_input()
    {
        Answers(Good);
        using var output = new StringWriter();
        var user = new UserEnvironment(new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = _repository.Home });
        var around = new Surroundings(user, _repository.Folder, output, output, TimeProvider.System) { Input = () => new MemoryStream(Encoding.UTF8.GetBytes("From a pipe.")) };

        Assert.Equal(0, await PlanVerb.RunAsync(around, _repository.Folder, "-", "milestones", yes: true));
        Assert.Contains("From a pipe.", File.ReadAllText(Directory.GetFiles(Plans, "turn-1-1.prompt.md", SearchOption.AllDirectories).Single()), StringComparison.Ordinal);
        Assert.True(HasMilestones, output.ToString());
    }

    private static string Kept(string said) => said.Split('\n').First(line => line.Contains("is kept", StringComparison.Ordinal)).Split(": ")[^1].Trim();
}
