using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests.Packages;

/// <summary>The three ways to build and start: what one does, the others do. Those for Windows cannot be run here, so their text is held.</summary>
public sealed class StartScriptTests
{
    private static readonly string[] ForWindows = ["setup.bat", "orchestrator.ps1"];

    [Fact]
    public void All_build_the_same_project_into_the_same_folder()
    {
        var publish = Read("eng/publish.sh");
        var project = Regex.Match(publish, @"project=\$root/\$\{1:-([^}]+)\}").Groups[1].Value;
        var folder = Regex.Match(publish, @"out=\$root/\$\{2:-([^}]+)\}").Groups[1].Value;
        Assert.True(Directory.Exists(Path.Combine(Tool.Root, project)), project);
        Assert.Contains($"program=$here/{folder}/orchestrator", Read("orchestrator.sh"), StringComparison.Ordinal);
        Assert.All(ForWindows, name =>
        {
            var text = Read(name).Replace('\\', '/');
            Assert.Contains(project, text, StringComparison.Ordinal);
            Assert.Contains($"{folder}/", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void All_build_ready_to_run_code_with_the_same_options_where_nothing_can_be_linked()
    {
        var options = Regex.Match(Read("eng/publish.sh"), "elif publish (.+); then").Groups[1].Value.Split(' ');
        Assert.Contains("-p:PublishReadyToRun=true", options);
        Assert.All(ForWindows, name => Assert.All(options, option => Assert.Contains(option, Read(name), StringComparison.Ordinal)));
        Assert.All([.. ForWindows, "eng/publish.sh"], name => Assert.Contains("-c Release", Read(name), StringComparison.Ordinal));
    }

    [Fact]
    public void All_pass_every_argument_and_the_exit_code_on()
    {
        Assert.Contains("exec \"$program\" \"$@\"", Read("orchestrator.sh"), StringComparison.Ordinal);
        Assert.Contains("\"%PROGRAM%\" %*", Read("setup.bat"), StringComparison.Ordinal);
        Assert.Contains("exit /b %ERRORLEVEL%", Read("setup.bat"), StringComparison.Ordinal);
        Assert.Matches(@"& \$program @args\r?\nexit \$LASTEXITCODE", Read("orchestrator.ps1"));
    }

    [Fact]
    public void Those_for_Windows_say_how_to_get_what_is_missing() => Assert.All(ForWindows, name =>
    {
        Assert.Contains("winget install Git.Git", Read(name), StringComparison.Ordinal);
        Assert.Contains("winget install Microsoft.DotNet.SDK.10", Read(name), StringComparison.Ordinal);
        Assert.DoesNotContain("bash ", Regex.Replace(Read(name), "(?m)^(#|rem ).*$", ""), StringComparison.Ordinal);
    });

    [Fact]
    public void The_PowerShell_script_minds_the_same_sources()
    {
        var sources = Regex.Matches(Read("orchestrator.sh"), @"""\$here/(src|samples|Directory\.[\w.]+)""").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(4, sources.Count);
        Assert.All(sources, source => Assert.Contains($"'{source}'", Read("orchestrator.ps1"), StringComparison.Ordinal));
    }

    [Fact]
    public void Windows_reads_lines_that_end_its_way() => Assert.All(ForWindows, name =>
        Assert.Equal(Regex.Count(Read(name), "\n"), Regex.Count(Read(name), "\r\n")));

    private static string Read(string name) => File.ReadAllText(Path.Combine(Tool.Root, name));
}
