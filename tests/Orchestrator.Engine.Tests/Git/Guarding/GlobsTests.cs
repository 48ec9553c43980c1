using System.Diagnostics;
using Orchestrator.Engine.Git.Guarding;

namespace Orchestrator.Engine.Tests.Git.Guarding;

public sealed class GlobsTests
{
    [Theory]
    [InlineData("src/**", "src/a.cs", true)]
    [InlineData("src/**", "src/deep/er/a.cs", true)]
    [InlineData("src/**", "lib/src/a.cs", false)]
    [InlineData("src/**", "src", false)]
    [InlineData("*.cs", "a.cs", true)]
    [InlineData("*.cs", "src/deep/a.cs", true)]
    [InlineData("*.cs", "a.csproj", false)]
    [InlineData("/*.cs", "src/a.cs", false)]
    [InlineData("/*.cs", "a.cs", true)]
    [InlineData("docs/", "docs/a/b.md", true)]
    [InlineData("docs/", "sub/docs/b.md", true)]
    [InlineData("docs/", "docs", false)]
    [InlineData("/docs/", "sub/docs/b.md", false)]
    [InlineData("docs", "docs/a.md", true)]
    [InlineData("docs", "docs.md", false)]
    [InlineData("src/app", "src/app/a.cs", true)]
    [InlineData("src/app", "src/application/a.cs", false)]
    [InlineData("./src/app/", "src/app/a.cs", true)]
    [InlineData("a/{b,c}/*.md", "a/b/x.md", true)]
    [InlineData("a/{b,c}/*.md", "a/c/x.md", true)]
    [InlineData("a/{b,c}/*.md", "a/d/x.md", false)]
    [InlineData("a/{b,c{d,e}}.md", "a/ce.md", true)]
    [InlineData("*.{ts,tsx}", "x/y.tsx", true)]
    [InlineData("a{b", "a{b", true)]
    [InlineData("**/tests/**/*.cs", "tests/a.cs", true)]
    [InlineData("**/tests/**/*.cs", "x/tests/y/z/a.cs", true)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b/c", true)]
    [InlineData("a/**/b", "b", false)]
    [InlineData("a/?.txt", "a/b.txt", true)]
    [InlineData("a/?.txt", "a/bc.txt", false)]
    [InlineData("a/*/c", "a/b/b/c", false)]
    [InlineData("[ab]x", "bx", true)]
    [InlineData("[!ab]x", "bx", false)]
    [InlineData("[a-f]x", "ex", true)]
    [InlineData("[a-f]x", "gx", false)]
    [InlineData("[x", "[x", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("**", "any/thing", true)]
    [InlineData("*", ".hidden", true)]
    [InlineData("SRC/**", "src/a", false)]
    [InlineData("", "a", false)]
    [InlineData("/", "a", false)]
    public void A_glob_means_a_path_or_not(string glob, string path, bool means) => Assert.Equal(means, new Globs([glob]).Match(path));

    [Fact]
    public void The_last_glob_that_fits_decides()
    {
        var globs = new Globs(["src/**", "!src/gen/", "src/gen/keep.cs"]);
        Assert.True(globs.Match("src/a.cs"));
        Assert.False(globs.Match("src/gen/a.cs"));
        Assert.True(globs.Match("src/gen/keep.cs"));
        Assert.False(globs.Match("docs/a.md"));
    }

    [Fact]
    public void No_glob_is_empty() => Assert.True(new Globs(["", "/"]).IsEmpty && !new Globs(["a"]).IsEmpty);

    [Fact]
    public void No_glob_takes_long()
    {
        var watch = Stopwatch.StartNew();
        var name = new string('a', 2000);
        Assert.False(new Globs([string.Concat(Enumerable.Repeat("*a", 500)) + "b"]).Match(name));
        Assert.False(new Globs([string.Concat(Enumerable.Repeat("**/a/", 500)) + "b"]).Match(string.Join('/', Enumerable.Repeat("a", 2000))));
        Assert.False(new Globs([string.Concat(Enumerable.Repeat("{a,b,c}", 200))]).Match(name));
        Assert.False(new Globs([new string('{', 5000), new string('[', 5000)]).Match(name));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }
}
