using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class CheckoutSizeTests : InRepository
{
    [Theory]
    [InlineData("sha1", 2)]
    [InlineData("sha1", 4)]
    [InlineData("sha256", 2)]
    [InlineData("sha256", 4)]
    public void It_is_what_git_remembers_of_all_files(string format, int version)
    {
        var folder = Repo.Around.In(format);
        Directory.CreateDirectory(folder);
        Repo.GitIn(folder, "init", "-q", "--object-format=" + format);
        var sum = 0;
        for (var i = 0; i < 300; i++)
        {
            // Names that differ by more than 127 bytes, and files of whose entries some bytes are zero.
            Files.Write(folder, $"{(i % 7 == 0 ? new string((char)('a' + (i % 26)), 200) : "short")}/{i}/ü.txt", new string('x', i * 3));
            sum += i * 3;
        }

        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "update-index", "--index-version", $"{version}");
        Assert.Equal(sum, CheckoutSize.Of(new RepositoryPlaces(folder, Path.Combine(folder, ".git")), format == "sha1" ? 20 : 32));
    }

    [Fact]
    public void No_garbage_is_taken_for_a_size_or_thrown_at()
    {
        var rng = new Random(3);
        var index = File.ReadAllBytes(Path.Combine(Repo.Root, ".git", "index"));
        Assert.Equal(0, CheckoutSize.Sum([], 20));
        Assert.Equal(0, CheckoutSize.Sum("DIRC"u8, 20));
        for (var i = 0; i < 2000; i++)
        {
            var spoilt = index[..rng.Next(index.Length)];
            for (var j = 0; j < 5 && spoilt.Length > 12; j++)
            {
                spoilt[rng.Next(4, spoilt.Length)] = (byte)rng.Next(256);
            }

            CheckoutSize.Sum(spoilt, 20);
        }
    }
}
