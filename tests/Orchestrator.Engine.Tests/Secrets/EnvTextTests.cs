using Orchestrator.Engine.Secrets;

namespace Orchestrator.Engine.Tests.Secrets;

public sealed class EnvTextTests
{
    private static readonly string Drawn = PlantedSecrets.Draw(new Random(3), PlantedSecrets.Lower, 24);

    public static TheoryData<string, bool> Lines => new()
    {
        { $"API_KEY={Drawn}", true },
        { $"export db_password = '{Drawn}' # mine", true },
        { $"SECRET=\"{Drawn}\"\r", true },
        { $"TOKEN={Drawn} # mine", true },
        { $"DATABASE_URL=postgres://app:{Drawn}@localhost/app", true },
        { $"NAME={Drawn}", false },
        { $"# API_KEY={Drawn}", false },
        { $"API_KEY {Drawn}", false },
        { "DB_PASSWORD=postgres", false },
        { "SECRET_KEY=changeme-in-production", false },
        { "API_KEY=", false },
        { "=x", false },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_value_counts_that_its_name_calls_a_secret_and_that_is_no_word(string line, bool counts) =>
        Assert.Equal(counts ? [Drawn] : [], EnvText.ValuesOf($"A=b\n{line}\nC=d\n"));

    [Theory]
    [InlineData(".env", true)]
    [InlineData("web/.env.local", true)]
    [InlineData("test.env", true)]
    [InlineData("env", false)]
    [InlineData(".envrc", false)]
    public void It_is_known_by_its_name(string path, bool isOne) => Assert.Equal(isOne, EnvText.IsOne(path));
}
