using System.Formats.Tar;
using System.IO.Compression;
using Orchestrator.Packaging;

namespace Orchestrator.Cli.Tests.Packages;

/// <summary>What <c>./build package</c> decides, without its builds; the whole proves itself when it is run.</summary>
public sealed class ArchiveTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 11, 23, 20, 13, 6, TimeSpan.Zero);

    private readonly TemporaryFolder _top = new();

    /// <inheritdoc/>
    public void Dispose() => _top.Dispose();

    [Fact]
    public void The_name_of_an_archive_says_what_it_needs() => Assert.Equal(
        [
            "orchestrator-1.2.4-dev.7-linux-x64-native.tar.gz", "orchestrator-1.2.4-dev.7-linux-arm64-selfcontained.tar.gz", "orchestrator-1.2.4-dev.7-win-x64-selfcontained.zip",
            "orchestrator-1.2.4-dev.7-osx-x64-selfcontained.tar.gz", "orchestrator-1.2.4-dev.7-osx-arm64-selfcontained.tar.gz", "orchestrator-1.2.4-dev.7-any-needs-dotnet.tar.gz",
        ],
        Platform.Chosen([], "linux-x64", links: true).Select(p => p.FileName("1.2.4-dev.7+gabc")));

    [Fact]
    public void Only_what_the_machine_can_link_is_native()
    {
        Assert.DoesNotContain(Platform.Chosen([], "linux-x64", links: false), p => p.Kind == Kind.Native);
        Assert.Equal(["osx-arm64"], Platform.Chosen([], "osx-arm64", links: true).Where(p => p.Kind == Kind.Native).Select(p => p.Rid));
    }

    [Fact]
    public void Named_platforms_are_the_only_ones_beside_the_one_for_any() =>
        Assert.Equal(["win-x64", "any"], Platform.Chosen(["win-x64", "any", "win-x64"], "linux-x64", links: true).Select(p => p.Rid));

    [Fact]
    public void A_program_for_another_processor_is_seen()
    {
        var head = File.ReadAllBytes("/bin/sh").AsSpan(0, 64);
        Assert.NotEqual(new Platform("linux-x64", Kind.Native).Fits(head), new Platform("linux-arm64", Kind.SelfContained).Fits(head));
        Assert.False(new Platform("win-x64", Kind.SelfContained).Fits(head));
        Assert.False(new Platform("osx-arm64", Kind.SelfContained).Fits(head));
    }

    [Theory]
    [InlineData("one.tar.gz", "two.tar.gz")]
    [InlineData("one.zip", "two.zip")]
    public void The_same_files_give_the_same_bytes_whenever_and_in_whatever_order(string first, string second)
    {
        var (one, two) = (Made("a", "alpha"), Made("b", "beta"));
        Archive.Write(In(first), [new Entry("x/a", one, true), new Entry("x/b", two, false)], Time);
        File.SetLastWriteTimeUtc(one, new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        Archive.Write(In(second), [new Entry("x/b", two, false), new Entry("x/a", one, true)], Time);

        Assert.Equal(File.ReadAllBytes(In(first)), File.ReadAllBytes(In(second)));
        var packed = File.ReadAllBytes(In(first)).AsSpan();
        Archive.Write(In(second), [new Entry("x/a", one, false), new Entry("x/b", two, false)], Time);
        Assert.False(packed.SequenceEqual(File.ReadAllBytes(In(second))), "What is executable makes no difference.");
    }

    [Fact]
    public void A_program_is_executable_when_it_is_unpacked()
    {
        Archive.Write(In("p.tar.gz"), [new Entry("x/a", Made("a", "alpha"), true), new Entry("x/b", Made("b", "beta"), false)], Time);
        using (var packed = new GZipStream(File.OpenRead(In("p.tar.gz")), CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(packed, _top.Path, overwriteFiles: false);
        }

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(In("x/a")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(!OperatingSystem.IsWindows() && File.GetUnixFileMode(In("x/b")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("alpha", File.ReadAllText(In("x/a")));
    }

    [Fact]
    public void A_package_of_NuGets_does_not_tell_when_it_was_made()
    {
        foreach (var (name, year) in new[] { ("1.nupkg", 2001), ("2.nupkg", 2020) })
        {
            using var zip = ZipFile.Open(In(name), ZipArchiveMode.Create);
            foreach (var entry in year == 2001 ? new[] { "a", "b" } : ["b", "a"])
            {
                var made = zip.CreateEntry(entry);
                made.LastWriteTime = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = made.Open();
                content.Write("same"u8);
            }
        }

        Archive.Normalise(In("1.nupkg"), Time);
        Archive.Normalise(In("2.nupkg"), Time);
        Assert.Equal(File.ReadAllBytes(In("1.nupkg")), File.ReadAllBytes(In("2.nupkg")));
    }

    private string Made(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private string In(string name) => Path.Combine(_top.Path, name);
}
