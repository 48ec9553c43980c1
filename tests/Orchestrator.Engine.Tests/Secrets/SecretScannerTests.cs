using System.Globalization;
using System.Text;
using Orchestrator.Engine.Secrets;

namespace Orchestrator.Engine.Tests.Secrets;

public sealed class SecretScannerTests(ITestOutputHelper output)
{
    private const int Seed = 20261123;

    private static readonly SecretScanner Scanner = new();

    [Fact]
    public void Every_planted_secret_is_found_in_its_line_and_by_its_rule()
    {
        var planted = PlantedSecrets.All(new Random(Seed)).ToList();
        var missed = planted.Where(p => !Scanner.Scan(Encoding.UTF8.GetBytes(p.Text)).Any(hit => hit.Rule == p.Rule && hit.Line == p.Line)).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"planted {planted.Count}, of {planted.Select(p => p.Rule).Distinct().Count()} rules; found {planted.Count - missed.Count}, recall {1 - (double)missed.Count / planted.Count:0.0%}"));
        Assert.True(planted.Count >= 200);
        Assert.Equal(SecretScanner.RuleNames.Where(name => name != "own-credential").Order(), planted.Select(p => p.Rule).Distinct().Order());
        Assert.Empty(missed.Select(p => $"{p.Rule} as {p.Form}"));
    }

    [Fact]
    public void What_has_a_form_is_found_however_it_is_drawn_and_what_is_only_assigned_nearly_always()
    {
        var planted = Enumerable.Range(1, 20).SelectMany(seed => PlantedSecrets.All(new Random(seed))).ToList();
        var missed = planted.Where(p => !Scanner.Scan(p.Text).Any(hit => hit.Rule == p.Rule && hit.Line == p.Line)).ToList();
        var (assigned, missedAssigned) = (planted.Count(p => p.Rule == "assigned-secret"), missed.Count(p => p.Rule == "assigned-secret"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"20 draws: with a form {planted.Count - assigned}, missed {missed.Count - missedAssigned}; assigned only {assigned}, missed {missedAssigned}: {string.Join(", ", missed.CountBy(p => $"{p.Rule} as {p.Form}"))}"));
        Assert.DoesNotContain(missed, p => p.Rule != "assigned-secret");
        Assert.True(missedAssigned <= assigned * 0.02);
    }

    [Fact]
    public void No_innocent_file_is_suspected()
    {
        var files = InnocentFiles.All(new Random(Seed), 2400).ToList();
        var hits = files.SelectMany(file => Scanner.Scan(file.Content).Select(hit => $"{file.Name}:{hit.Line} {hit.Rule}: {Around(file.Content, hit)}")).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"innocent files {files.Count} with {files.Sum(f => f.Content.Length) / 1e6:0.0} MB; false hits {hits.Count}"));
        Assert.True(files.Count >= 2000);
        Assert.Empty(hits);
    }

    [Fact]
    public void Nothing_in_this_repository_is_suspected()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Orchestrator.slnx")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar) is var parts && !parts.Contains("artifacts") && !parts.Contains(".git") && !parts.Contains("obj"))
            .ToList();
        var hits = files.SelectMany(file => File.ReadAllBytes(file) is var content ? Scanner.Scan(content).Select(hit => $"{Path.GetRelativePath(root, file)}:{hit.Line} {hit.Rule}") : []).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"own files {files.Count}; false hits {hits.Count}"));
        Assert.True(files.Count > 300);
        Assert.Empty(hits);
    }

    [Fact]
    public void What_is_redacted_holds_no_value_and_names_the_rule()
    {
        foreach (var planted in PlantedSecrets.All(new Random(Seed)))
        {
            var clean = Scanner.Redact(planted.Text);
            Assert.Contains($"[secret: {planted.Rule}]", clean, StringComparison.Ordinal);
            Assert.DoesNotContain(planted.Value[^16..], clean, StringComparison.Ordinal);
            Assert.Equal(clean, Scanner.Redact(clean));
        }

        const string Clean = "no secret stands here";
        Assert.Same(Clean, Scanner.Redact(Clean));
    }

    [Fact]
    public void A_hit_says_where_and_never_what()
    {
        foreach (var planted in PlantedSecrets.All(new Random(Seed)))
        {
            var said = string.Join(' ', Scanner.Scan(planted.Text));
            Assert.NotEmpty(said);
            Assert.DoesNotContain(planted.Value[^8..], said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("correct horse/battery+staple")]
    [InlineData("naïve \"pass\\word\"")]
    [InlineData("q8fK2x9w")]
    public void Our_own_credentials_are_found_word_for_word_in_base64_and_in_addresses(string value)
    {
        var scanner = new SecretScanner([value, "short"]);
        string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        string[] texts =
        [
            value, $"a={value}.", Uri.EscapeDataString(value), System.Text.Json.JsonSerializer.Serialize(value, Relaxed),
            Encoded(value), $"Basic {Encoded("ann:" + value)}", $"Basic {Encoded("me:" + value + "!")}", Encoded("x" + value).Replace('+', '-').Replace('/', '_'),
        ];
        Assert.All(texts, text => Assert.Equal("own-credential", Assert.Single(scanner.Scan("one\n" + text)).Rule));
        Assert.All(texts, text => Assert.Equal(2, Assert.Single(scanner.Scan(Encoding.UTF8.GetBytes("one\n" + text))).Line));
        Assert.Empty(scanner.Scan("what is short is found everywhere"));
        Assert.All(texts, text => Assert.Empty(Scanner.Scan(text)));
    }

    [Fact]
    public void What_stood_in_the_file_before_is_no_hit()
    {
        var (old, fresh) = (Key(1), Key(2));
        byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
        Assert.Empty(Scanner.Scan(Bytes($"moved\n  {old}\n"), Bytes($"{old}\n")));
        Assert.Equal(3, Assert.Single(Scanner.Scan(Bytes($"a\n{old}\n{fresh}\n"), Bytes($"{old}\n"))).Line);
    }

    [Fact]
    public void A_secret_is_found_in_other_encodings_and_between_bytes_that_are_no_text()
    {
        var text = "first\nx = \"" + Key(3) + "\"\n";
        byte[][] files = [[.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)], [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(text)], [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)], [0, 1, 255, 254, .. Encoding.UTF8.GetBytes(text), 0]];
        Assert.All(files, file => Assert.Equal(2, Assert.Single(Scanner.Scan(file)).Line));
    }

    [Fact]
    public void Text_made_to_take_long_takes_no_longer()
    {
        string[] traps =
        [
            string.Concat(Enumerable.Repeat("eyJ" + new string('a', 40) + ".", 100_000)), string.Concat(Enumerable.Repeat("-----BEGIN PRIVATE" + " KEY-----\n", 20_000)), new string('A', 4 << 20), string.Concat(Enumerable.Repeat("token=", 500_000)),
            string.Concat(Enumerable.Repeat("1234567890:AA", 200_000)), string.Concat(Enumerable.Repeat("T3Blbk" + "FJ", 300_000)), string.Concat(Enumerable.Repeat(new string('b', 61) + "\n", 60_000)),
        ];
        foreach (var trap in traps)
        {
            var before = System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime;
            Scanner.Scan(trap);
            var taken = System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime - before;
            Assert.True(taken < TimeSpan.FromSeconds(20), $"{trap[..20]} took {taken}");
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Key(int seed) => "gh" + "p_" + PlantedSecrets.Draw(new Random(seed), PlantedSecrets.Letters, 36);

    private static string Around(byte[] content, SecretHit hit) => Encoding.UTF8.GetString(content).Substring(Math.Max(0, hit.Start - 30), 60);
}
