using Orchestrator.Cli.Screens;

namespace Orchestrator.Cli.Tests.Manuals;

/// <summary>The completion as bash plays it, through the published program.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly SampleRepository _repository = new("", ("1A", "x"), ("1B", "x"), ("2A", "x"), ("10A", "x"));

    /// <inheritdoc/>
    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("st", "status")]
    [InlineData("run --mil", "--milestone")]
    [InlineData("run --milestone ", "1A 1B 2A 10A")]
    [InlineData("run --milestone 10", "10A")]
    [InlineData("run --stage ", "1 2 10")]
    [InlineData("explain ", "1A 1B 2A 10A")]
    [InlineData("explain 1A --run ", "20261123-201305-b 20261122-201305-a")]
    [InlineData("report --run 20261122", "20261122-201305-a")]
    [InlineData("run --stage 1 --re", "--resume")]
    [InlineData("run --resume --re", "")]
    [InlineData("rescue ", "list restore")]
    [InlineData("completion ", "bash zsh fish powershell")]
    [InlineData("help resc", "rescue")]
    [InlineData("report --output ", "")]
    [InlineData("nonsense ", "")]
    public void In_bash_the_last_word_becomes(string typed, string completed)
    {
        Directory.CreateDirectory(Path.Combine(_repository.Folder, ".orchestrator", "runs", "20261122-201305-a"));
        Directory.CreateDirectory(Path.Combine(_repository.Folder, ".orchestrator", "runs", "20261123-201305-b"));
        Directory.CreateDirectory(Path.Combine(_repository.Folder, ".orchestrator", "runs", "$(touch planted)"));
        _repository.Write("milestones/1C;id.md", "# no milestone\n");

        Assert.Equal(completed, Bash(_repository.Folder, typed));
        Assert.False(File.Exists(Path.Combine(_repository.Folder, "planted")));
    }

    [Fact]
    public void From_elsewhere_the_folder_that_is_named_counts_and_one_below_finds_its_repository()
    {
        Directory.CreateDirectory(Path.Combine(_repository.Folder, "below"));
        Assert.Equal("1A 1B 10A", Bash(_repository.Home, "-C ../repo run --milestone 1"));
        Assert.Equal("1A 1B 2A 10A", Bash(Path.Combine(_repository.Folder, "below"), "explain "));
        Assert.Equal("", Bash(_repository.Home, "explain "));
        Assert.Equal("", Bash(_repository.Home, "-C ../gone explain "));
    }

    [Fact]
    public void Every_shell_has_a_script_that_asks_the_program()
    {
        Assert.Equal(["bash", "fish", "powershell", "zsh"], CompletionScripts.Of.Keys.Order(StringComparer.Ordinal));
        foreach (var (shell, script) in CompletionScripts.Of)
        {
            var (exit, output, _) = _repository.Run("completion", shell);
            Assert.Equal(0, exit);
            Assert.Equal(script.TrimEnd('\n'), output);
            Assert.Contains(" complete -- ", script, StringComparison.Ordinal);
            Assert.Matches("[\" ]=", script); // the last word is marked, so that an empty one arrives
        }

        Assert.Equal(2, _repository.Run("completion", "tcsh").Exit);
    }

    /// <summary>Sources the script and does what bash does at the key: sets the words and calls the function that was given to 'complete'.</summary>
    private string Bash(string folder, string typed)
    {
        const string play = """
            PATH=$(dirname "$1"):$PATH
            source <("$1" completion bash)
            COMP_WORDS=(orchestrator "${@:2}"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            handler=$(complete -p orchestrator | sed 's/.*-F \([^ ]*\).*/\1/')
            $handler
            echo "${COMPREPLY[*]}"
            """;
        var (exit, output, error) = Tool.Run("/bin/bash", folder, _repository.Home, 30, ["-c", play, "bash", Tool.Program, .. typed.Split(' ')]);
        Assert.True(exit == 0 && error.Length == 0, error);
        return output;
    }
}
