using System.Text;

namespace Orchestrator.Engine.Tests.Secrets;

/// <summary>A secret in a file.</summary>
/// <param name="Rule">The rule that has to see it.</param>
/// <param name="Form">How it stands there.</param>
/// <param name="Text">The file.</param>
/// <param name="Line">The line it begins in.</param>
/// <param name="Value">What must never be said.</param>
internal sealed record PlantedSecret(string Rule, string Form, string Text, int Line, string Value);

/// <summary>Secrets that nobody has, put together while the test runs: no scanner of anybody's finds one in this repository.</summary>
internal static class PlantedSecrets
{
    public const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    public const string Lower = "abcdefghijklmnopqrstuvwxyz";
    public const string Digits = "0123456789";
    public const string Hex = Digits + "abcdef";
    public const string Letters = Upper + Lower + Digits;
    public const string Web = Letters + "-_";

    public static string Draw(Random random, string from, int count) => new([.. Enumerable.Range(0, count).Select(_ => from[random.Next(from.Length)])]);

    /// <summary>One maker for each form; the first part says which rule.</summary>
    public static IReadOnlyList<(string Rule, Func<Random, string> Make)> Makers { get; } =
    [
        .. From("aws-access-key", Upper + "234567", 16, "AK" + "IA", "AS" + "IA"),
        .. From("github-token", Letters, 36, "gh" + "p_", "gh" + "o_", "gh" + "s_", "gh" + "u_", "gh" + "r_"),
        ("github-fine-grained-token", r => "github" + "_pat_" + Draw(r, Letters, 22) + "_" + Draw(r, Letters, 59)),
        .. From("gitlab-token", Web, 20, "glp" + "at-", "gld" + "t-"),
        ("slack-token", r => "xox" + "b-" + Draw(r, Digits, 12) + "-" + Draw(r, Digits, 12) + "-" + Draw(r, Letters, 24)),
        ("slack-token", r => "xox" + "p-" + Draw(r, Digits, 12) + "-" + Draw(r, Digits, 12) + "-" + Draw(r, Hex, 32)),
        ("slack-webhook", r => "https://hooks.slack" + ".com/services/T" + Draw(r, Upper + Digits, 8) + "/B" + Draw(r, Upper + Digits, 8) + "/" + Draw(r, Letters, 24)),
        .. From("stripe-key", Letters, 24, "sk" + "_live_", "rk" + "_live_"),
        ("anthropic-key", r => "sk-" + "ant-api03-" + Draw(r, Web, 93) + "AA"),
        .. From("openai-key", Letters, 74, "sk-" + "proj-", "sk-" + "svcacct-"),
        ("openai-key", r => "sk" + "-" + Draw(r, Letters, 20) + "T3Blbk" + "FJ" + Draw(r, Letters, 20)),
        .. From("google-api-key", Web, 35, "AI" + "za"),
        .. From("google-oauth-secret", Web, 28, "GOC" + "SPX-"),
        .. From("npm-token", Letters, 36, "np" + "m_"),
        .. From("pypi-token", Web, 120, "py" + "pi-AgE"),
        .. From("nuget-key", Lower + Digits, 43, "oy" + "2"),
        .. From("rubygems-key", Hex, 48, "ruby" + "gems_"),
        .. From("docker-token", Web, 27, "dckr" + "_pat_"),
        ("sendgrid-key", r => "S" + "G." + Draw(r, Web, 22) + "." + Draw(r, Web, 43)),
        .. From("twilio-key", Hex, 32, "S" + "K"),
        ("azure-storage-key", r => "DefaultEndpointsProtocol=https;AccountName=store;Account" + "Key=" + Draw(r, Letters + "+/", 86) + "=="),
        ("json-web-token", r => Json(r, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + Json(r, "{\"sub\":\"" + Draw(r, Digits, 10) + "\",\"iat\":1516239022}") + "." + Draw(r, Web, 43)),
        .. From("digitalocean-token", Hex, 64, "dop" + "_v1_"),
        .. From("vault-token", Web, 90, "hv" + "s."),
        .. From("shopify-token", Hex, 32, "shp" + "at_", "shp" + "ss_"),
        ("telegram-token", r => Draw(r, "123456789", 10) + ":A" + "A" + Draw(r, Web, 33)),
        ("discord-webhook", r => "https://discord" + ".com/api/webhooks/" + Draw(r, "123456789", 18) + "/" + Draw(r, Web, 68)),
        .. From("heroku-key", Web, 58, "HR" + "KU-AA"),
        .. From("databricks-token", Hex, 32, "da" + "pi"),
        .. From("mailgun-key", Hex, 32, "ke" + "y-"),
        .. From("atlassian-token", Web, 180, "ATA" + "TT3"),
        .. From("hugging-face-token", Upper + Lower, 34, "h" + "f_"),
        .. From("linear-key", Letters, 40, "lin" + "_api_"),
        .. From("new-relic-key", Upper + Digits, 27, "NR" + "AK-"),
        ("grafana-token", r => "gl" + "sa_" + Draw(r, Letters, 32) + "_" + Draw(r, Hex, 8)),
        .. From("planetscale-token", Web, 43, "pscale" + "_tkn_"),
        ("postman-key", r => "PM" + "AK-" + Draw(r, Hex, 24) + "-" + Draw(r, Hex, 34)),
        .. From("age-key", Upper + Digits, 58, "AGE-SECRET" + "-KEY-1"),
    ];

    /// <summary>Every one in every form.</summary>
    public static IEnumerable<PlantedSecret> All(Random random)
    {
        foreach (var (rule, make) in Makers)
        {
            foreach (var (form, wrap) in Forms)
            {
                var value = make(random);
                yield return new PlantedSecret(rule, form, wrap(value), 3, value);
            }
        }

        foreach (var (kind, rule) in new[] { ("", "private-key"), ("RSA ", "private-key"), ("EC ", "private-key"), ("OPENSSH ", "private-key"), ("ENCRYPTED ", "private-key") })
        {
            var (block, body) = Pem(random, kind);
            yield return new PlantedSecret(rule, "file", "# a key\n\n" + block + "\n", 3, body);
            yield return new PlantedSecret(rule, "yaml", "tls:\n  key: |\n    " + block.Replace("\n", "\n    ", StringComparison.Ordinal) + "\n", 3, body);
            yield return new PlantedSecret(rule, "code", "class Tls {\n\n  const Key = \"" + block.Replace("\n", "\\n", StringComparison.Ordinal) + "\";\n}\n", 3, body);
            yield return new PlantedSecret(rule, "base64", "kind: Config\nusers:\n- client-data: " + Convert.ToBase64String(Encoding.UTF8.GetBytes(block)) + "\n", 3, body);
            yield return new PlantedSecret(rule, "base64 in lines", "kind: Config\n\n" + Convert.ToBase64String(Encoding.UTF8.GetBytes(block), Base64FormattingOptions.InsertLineBreaks) + "\n", 3, body);
        }

        var (account, inside) = Pem(random, "");
        yield return new PlantedSecret("google-service-account", "json", "{\n  \"type\": \"service_account\",\n  \"private_key\": \"" + account.Replace("\n", "\\n", StringComparison.Ordinal) + "\"\n}\n", 3, inside);

        foreach (var (form, wrap) in Assigned)
        {
            foreach (var (alphabet, length) in new[] { (Letters, 40), (Hex, 32), (Lower + Digits, 32), (Letters + "+/", 40), (Letters, 24) })
            {
                string value;
                do
                {
                    value = Draw(random, alphabet, length);
                }
                while (!value.Any(char.IsAsciiDigit)); // what has no digit at all may be words: that is not claimed

                yield return new PlantedSecret("assigned-secret", form, wrap(value), 2, value);
            }
        }
    }

    private static (string Form, Func<string, string> Wrap)[] Forms { get; } =
    [
        ("code", v => $"package main\n\nvar endpoint = \"{v}\" // of the service\n"),
        ("yaml", v => $"service:\n  port: 80\n  endpoint: {v}\n"),
        ("json", v => $"{{\n  \"port\": 80,\n  \"endpoint\": \"{v}\"\n}}\n"),
        ("env", v => $"PORT=80\n\nENDPOINT={v}\nMODE=live\n"),
        ("url", v => v.Contains("://", StringComparison.Ordinal) ? $"see\n\n<{v}>\n" : $"see\n\nhttps://service.test/v1?mode=live&value={v}&page=2\n"),
        ("escaped", v => $"{{\n\n\"log\": \"first\\n{v}\\nlast\"\n}}\n"),
        ("windows", v => $"a\r\nb\r\n{v}\r\nc\r\n"),
        ("base64", v => $"kind: Opaque\ndata:\n  endpoint: {Convert.ToBase64String(Encoding.UTF8.GetBytes(v))}\n"),
    ];

    private static (string Form, Func<string, string> Wrap)[] Assigned { get; } =
    [
        ("code", v => $"class A {{\n  private const string ApiKey = \"{v}\";\n}}\n"),
        ("json", v => $"{{\n  \"client_secret\": \"{v}\"\n}}\n"),
        ("yaml", v => $"db:\n  password: {v}\n"),
        ("env", v => $"A=1\nSERVICE_TOKEN={v}\n"),
        ("url", v => $"see\nhttps://service.test/x?access_token={v}&page=2\n"),
        ("xml", v => $"<a>\n  <password>{v}</password>\n</a>\n"),
        ("command", v => $"#!/bin/sh\nupload --token {v} file.zip\n"),
        ("python", v => $"import os\nSECRET_KEY = '{v}'\n"),
        ("map", v => $"options = {{\n  :auth_token => '{v}',\n}}\n"),
    ];

    private static (string Block, string Body) Pem(Random random, string kind)
    {
        var body = Convert.ToBase64String(Bytes(random, 600), Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n");
        return ($"-----BEGIN {kind}PRIVATE" + $" KEY-----\n{body}\n-----END {kind}PRIVATE" + " KEY-----", body);
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Json(Random random, string json) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(json + new string(' ', random.Next(3)))).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static IEnumerable<(string, Func<Random, string>)> From(string rule, string alphabet, int count, params string[] prefixes) =>
        prefixes.Select(prefix => (rule, (Func<Random, string>)(random => prefix + Draw(random, alphabet, count))));
}
