using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Tests.Secrets;

/// <summary>Files that look busy and hold no secret: what fills real repositories.</summary>
internal static class InnocentFiles
{
    private static readonly string[] Words =
        "token secret password key value index user service name parse reader writer stream buffer cache session request response handler client server config option state next page public cancellation access auth login form field text line node tree visit walk build test main input output error result item list map count size length start end open close".Split(' ');

    private static readonly string[] Placeholders =
    [
        "xxxxxxxxxxxxxxxxxxxxxxxx", "changeme-changeme-changeme1", "${SERVICE_TOKEN}", "<your-api-key-goes-here>", "your_api_key_here_1234567890", "{{ secrets.API_TOKEN }}", "****************************",
        "AKIA" + "IOSFODNN7" + "EXAMPLE", "AKIA" + new string('X', 16), "ghp_" + new string('x', 36), "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789", "sk_live_" + "your_key_goes_in_here_ok", "xoxb-" + "your-token-goes-in-here-please", "sk-ant-" + "api03-" + new string('0', 40),
        "AIza" + "SyExample" + "ExampleExampleExampleExample", "$(cat /run/secrets/token)", "process.env.SERVICE_API_TOKEN_2", "os.environ['API_TOKEN_V2']", "12345678901234567890123456789012", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0000000000000000000000000000000000000000",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY", "projects/app/secrets/db-password/versions/12", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-1", "vault:secret/data/app/v2/token#value", "550e8400-e29b-41d4-a716-446655440000",
    ];

    /// <summary>So many files, of all kinds in turn.</summary>
    public static IEnumerable<(string Name, byte[] Content)> All(Random random, int count)
    {
        (string Kind, Func<Random, string> Make)[] kinds =
        [
            ("code.cs", Code), ("lock.json", Lock), ("image.html", Image), ("ids.csv", Ids), ("hashes.txt", Hashes), ("bundle.min.js", Minified), ("style.css", Style), ("config.yaml", Placeholder), ("go.sum", Sums), ("public.pem", Certificate),
        ];
        for (var i = 0; i < count; i++)
        {
            var (kind, make) = kinds[i % kinds.Length];
            yield return (string.Create(CultureInfo.InvariantCulture, $"{i}-{kind}"), Encoding.UTF8.GetBytes(make(random)));
        }

        for (var i = 0; i < count / 20; i++)
        {
            var bytes = new byte[4096 + random.Next(60_000)];
            random.NextBytes(bytes);
            yield return (string.Create(CultureInfo.InvariantCulture, $"{i}.bin"), bytes);
        }
    }

    private static string Lines(Random random, int least, int most, Func<int, string> line) => string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(i => line(i) + "\n"));

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static string Pascal(Random random, int words) => string.Concat(Enumerable.Range(0, words).Select(_ => Word(random)).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static string Camel(Random random, int words) => Word(random) + Pascal(random, words - 1);

    private static string Snake(Random random, int words) => string.Join('_', Enumerable.Range(0, words).Select(_ => Word(random)));

    private static string Base64(Random random, int bytes)
    {
        var content = new byte[bytes];
        random.NextBytes(content);
        return Convert.ToBase64String(content);
    }

    private static string Code(Random random) => Lines(random, 20, 120, _ => random.Next(10) switch
    {
        0 => $"    var token = {Camel(random, 3)}.{Pascal(random, 3)}(cancellationToken);",
        1 => $"    private readonly string _secret = \"{Snake(random, 4)}\";",
        2 => $"    const PASSWORD_FIELD = '{Camel(random, 4)}{random.Next(100)}';",
        3 => $"    if (password == {Camel(random, 2)}.{Pascal(random, 4)}) {{ return; }}",
        4 => $"    \"token\": \"{string.Join('-', Snake(random, 5).Split('_'))}-v{random.Next(9)}\",",
        5 => $"    apiKey: {Pascal(random, 3)}.{Pascal(random, 2)}{random.Next(10)},",
        6 => $"    token={Pascal(random, 5)}{random.Next(10)}",
        7 => $"    // the {Word(random)} token is read at https://service.test/{Snake(random, 3)}/{random.Next(1000)}",
        8 => $"    secret_name: {Snake(random, 3)}_{random.Next(1000)}",
        _ => $"    {Camel(random, 2)}({Camel(random, 3)}, \"{Word(random)} {Word(random)}\");",
    });

    private static string Lock(Random random) => Lines(random, 20, 80, _ => $"  \"node_modules/{Snake(random, 2)}\": {{ \"version\": \"{random.Next(9)}.{random.Next(20)}.{random.Next(20)}\", \"integrity\": \"sha512-{Base64(random, 64)}\" }},");

    private static string Image(Random random) => $"<img alt=\"secret token\" src=\"data:image/png;base64,{Base64(random, random.Next(500, 8000))}\">\n<style>@font-face {{ src: url(data:font/woff2;base64,{Base64(random, 2000)}); }}</style>\n";

    private static string Ids(Random random) => Lines(random, 50, 200, i => $"{i},{new Guid(Convert.FromBase64String(Base64(random, 16)))},token,{PlantedSecrets.Draw(random, PlantedSecrets.Hex, 12)}");

    private static string Hashes(Random random) => Lines(random, 50, 200, _ => $"commit {PlantedSecrets.Draw(random, PlantedSecrets.Hex, 40)} {PlantedSecrets.Draw(random, PlantedSecrets.Hex, 64)}  {Snake(random, 2)}.txt");

    private static string Minified(Random random) => string.Concat(Enumerable.Range(0, random.Next(200, 900)).Select(i =>
        $"function {PlantedSecrets.Draw(random, PlantedSecrets.Lower, 2)}(e,t){{var n=e.{Camel(random, 2)},token=t.{Word(random)}{random.Next(10)};return n?{{token:n,secret:e,password:t[{i}],apiKey:e.{Camel(random, 3)}}}:\"{Word(random)}\"}}"));

    private static string Style(Random random) => Lines(random, 30, 150, _ => $".{Snake(random, 2)}-{random.Next(100)} {{ color: #{PlantedSecrets.Draw(random, PlantedSecrets.Hex, 6)}; margin: {random.Next(20)}px; }}");

    private static string Placeholder(Random random) => Lines(random, 10, 60, _ => Placed(random.Next(4), Snake(random, 2), Placeholders[random.Next(Placeholders.Length)]));

    private static string Placed(int how, string name, string value) => how switch
    {
        0 => $"  api_key: {value}",
        1 => $"  \"clientSecret\": \"{value}\",",
        2 => $"curl -H 'Authorization: Bearer {value}' --token {value}",
        _ => $"{name.ToUpperInvariant()}_TOKEN=\"{value}\"",
    };

    private static string Sums(Random random) => Lines(random, 30, 120, _ => $"{Word(random)}.test/{Snake(random, 2)} v{random.Next(9)}.{random.Next(9)}.0/go.mod h1:{Base64(random, 32)}");

    private static string Certificate(Random random) => $"-----BEGIN CERTIFICATE-----\n{Base64(random, 900)}\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\n{Base64(random, 300)}\n-----END PUBLIC KEY-----\n-----BEGIN PRIVATE" + " KEY-----\n...\n-----END PRIVATE" + $" KEY-----\nssh-ed25519 {Base64(random, 51)} {Word(random)}@host\n";
}
