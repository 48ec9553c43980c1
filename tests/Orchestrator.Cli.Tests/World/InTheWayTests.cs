namespace Orchestrator.Cli.Tests.World;

/// <summary>Something else stands where folders of ours have to be: it is named, left as it is, and not followed.</summary>
public sealed class InTheWayTests
{
    [Theory]
    [InlineData(".orchestrator")]
    [InlineData(".worktree")]
    [InlineData("logs")]
    public void A_file_in_the_place_of_a_folder_is_named_and_left(string name)
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        repository.Write(name, "mine\n");

        var (exit, output, error) = Tool.Run(Tool.Program, repository.Folder, repository.Home, 15, "run");

        Assert.True(exit == 2, $"{exit}\n{output}\n{error}");
        Assert.Contains(name, error, StringComparison.Ordinal);
        Assert.Equal("mine\n", repository.Read(name));
        File.Delete(Path.Combine(repository.Folder, name));
        repository.Completes("1A");
    }

    [Theory]
    [InlineData(".orchestrator")]
    [InlineData(".worktree")]
    [InlineData("logs")]
    public void A_link_out_of_the_repository_is_refused_and_nothing_is_written_behind_it(string name)
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        var elsewhere = Directory.CreateDirectory(Path.Combine(repository.Home, "elsewhere")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(repository.Folder, name), elsewhere);

        var (exit, output, error) = Tool.Run(Tool.Program, repository.Folder, repository.Home, 15, "run");

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
        Assert.True(exit == 2, $"{exit}\n{output}\n{error}");
        Assert.Contains(name, error, StringComparison.Ordinal);
        File.Delete(Path.Combine(repository.Folder, name));
        repository.Completes("1A");
    }
}
