using System.Text.RegularExpressions;

namespace Orchestrator.Engine.Secrets;

/// <summary>The table of forms. Only what names its maker by a prefix of its own is here: such a rule hardly ever errs.</summary>
internal static partial class SecretRules
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SecretRule> All { get; } =
    [
        new("aws-access-key", "an AWS access key", Aws, "AKIA", "ASIA", "ABIA", "ACCA"),
        new("github-token", "a GitHub token", GitHub, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        new("github-fine-grained-token", "a GitHub token", GitHubFine, "github_pat_"),
        new("gitlab-token", "a GitLab token", GitLab, "glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-"),
        new("slack-token", "a Slack token", Slack, "xoxa-", "xoxb-", "xoxe-", "xoxe.", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
        new("slack-webhook", "a Slack webhook", SlackWebhook, "hooks.slack.com/") { IsBehind = true },
        new("stripe-key", "a Stripe key", Stripe, "sk_live_", "rk_live_", "whsec_"),
        new("anthropic-key", "an Anthropic key", Anthropic, "sk-ant-"),
        new("openai-key", "an OpenAI key", OpenAi, "sk-proj-", "sk-svcacct-", "sk-admin-"),
        new("openai-key", "an OpenAI key", OpenAiOld, "T3BlbkFJ") { Before = (200, c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_', "sk-") },
        new("google-api-key", "a Google API key", Google, "AIza"),
        new("google-oauth-secret", "a Google OAuth secret", GoogleOAuth, "GOCSPX-", "ya29."),
        new("npm-token", "an npm token", Npm, "npm_"),
        new("pypi-token", "a PyPI token", PyPi, "pypi-AgE"),
        new("nuget-key", "a NuGet key", NuGet, "oy2"),
        new("rubygems-key", "a RubyGems key", RubyGems, "rubygems_"),
        new("docker-token", "a Docker token", Docker, "dckr_pat_", "dckr_oat_"),
        new("sendgrid-key", "a SendGrid key", SendGrid, "SG."),
        new("twilio-key", "a Twilio key", Twilio, "SK"),
        new("azure-storage-key", "an Azure storage key", AzureStorage, "AccountKey=", "AccountKey%3D", "SharedAccessKey=") { IsBehind = true },
        new("json-web-token", "a JSON web token", JsonWebToken, "eyJ"),
        new("digitalocean-token", "a DigitalOcean token", DigitalOcean, "dop_v1_", "doo_v1_", "dor_v1_"),
        new("vault-token", "a HashiCorp Vault token", Vault, "hvs.", "hvb."),
        new("shopify-token", "a Shopify token", Shopify, "shpat_", "shpca_", "shppa_", "shpss_"),
        new("telegram-token", "a Telegram bot token", Telegram, ":AA") { Before = (10, char.IsAsciiDigit, "") },
        new("discord-webhook", "a Discord webhook", DiscordWebhook, "discord.com/api/webhooks/", "discordapp.com/api/webhooks/") { IsBehind = true },
        new("heroku-key", "a Heroku key", Heroku, "HRKU-"),
        new("databricks-token", "a Databricks token", Databricks, "dapi"),
        new("mailgun-key", "a Mailgun key", Mailgun, "key-"),
        new("atlassian-token", "an Atlassian token", Atlassian, "ATATT3"),
        new("hugging-face-token", "a Hugging Face token", HuggingFace, "hf_"),
        new("linear-key", "a Linear key", Linear, "lin_api_"),
        new("new-relic-key", "a New Relic key", NewRelic, "NRAK-"),
        new("grafana-token", "a Grafana token", Grafana, "glsa_"),
        new("planetscale-token", "a PlanetScale token", PlanetScale, "pscale_tkn_", "pscale_pw_"),
        new("postman-key", "a Postman key", Postman, "PMAK-"),
        new("age-key", "an age key", Age, "AGE-SECRET-KEY-1"),
    ];

    /// <summary>The names of all rules, those that are no form among them: what settings may name.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. All.Select(rule => rule.Name).Concat([PrivateKeys.Pem, PrivateKeys.ServiceAccount, Assignments.Rule, OwnValues.Rule]).Distinct()];

    [GeneratedRegex(@"\GA(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}(?![A-Za-z0-9])")]
    private static partial Regex Aws { get; }

    [GeneratedRegex(@"\Ggh[pousr]_[A-Za-z0-9]{36,255}")]
    private static partial Regex GitHub { get; }

    [GeneratedRegex(@"\Ggithub_pat_[A-Za-z0-9_]{60,255}")]
    private static partial Regex GitHubFine { get; }

    [GeneratedRegex(@"\Ggl(?:pat|dt|rt|ptt|cbt|soat)-[A-Za-z0-9_.-]{20,255}")]
    private static partial Regex GitLab { get; }

    [GeneratedRegex(@"\Gx(?:ox[abeprs][-.]|app-)[A-Za-z0-9.-]{24,255}")]
    private static partial Regex Slack { get; }

    [GeneratedRegex(@"\G(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,120}")]
    private static partial Regex SlackWebhook { get; }

    [GeneratedRegex(@"\G(?:[sr]k_live|whsec)_[A-Za-z0-9+/]{24,255}")]
    private static partial Regex Stripe { get; }

    [GeneratedRegex(@"\Gsk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_-]{32,255}")]
    private static partial Regex Anthropic { get; }

    [GeneratedRegex(@"\Gsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,255}")]
    private static partial Regex OpenAi { get; }

    [GeneratedRegex(@"\Gsk-[A-Za-z0-9_-]{40,255}")]
    private static partial Regex OpenAiOld { get; }

    [GeneratedRegex(@"\GAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")]
    private static partial Regex Google { get; }

    [GeneratedRegex(@"\G(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{30,255})")]
    private static partial Regex GoogleOAuth { get; }

    [GeneratedRegex(@"\Gnpm_[A-Za-z0-9]{36}(?![A-Za-z0-9])")]
    private static partial Regex Npm { get; }

    [GeneratedRegex(@"\Gpypi-AgE[A-Za-z0-9_-]{50,255}")]
    private static partial Regex PyPi { get; }

    [GeneratedRegex(@"\Goy2[a-z0-9]{43}(?![A-Za-z0-9])")]
    private static partial Regex NuGet { get; }

    [GeneratedRegex(@"\Grubygems_[a-f0-9]{48}(?![A-Za-z0-9])")]
    private static partial Regex RubyGems { get; }

    [GeneratedRegex(@"\Gdckr_[po]at_[A-Za-z0-9_-]{27,100}")]
    private static partial Regex Docker { get; }

    [GeneratedRegex(@"\GSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")]
    private static partial Regex SendGrid { get; }

    [GeneratedRegex(@"\GSK[0-9a-f]{32}(?![A-Za-z0-9])")]
    private static partial Regex Twilio { get; }

    [GeneratedRegex(@"\G(?:[A-Za-z0-9+/]|%2[BbFf]){42,86}(?:={1,2}|(?:%3[Dd]){1,2})")]
    private static partial Regex AzureStorage { get; }

    [GeneratedRegex(@"\GeyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{20,1024}")]
    private static partial Regex JsonWebToken { get; }

    [GeneratedRegex(@"\Gdo[por]_v1_[a-f0-9]{64}(?![A-Za-z0-9])")]
    private static partial Regex DigitalOcean { get; }

    [GeneratedRegex(@"\Ghv[sb]\.[A-Za-z0-9_-]{24,255}")]
    private static partial Regex Vault { get; }

    [GeneratedRegex(@"\Gshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}(?![A-Za-z0-9])")]
    private static partial Regex Shopify { get; }

    [GeneratedRegex(@"\G[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])")]
    private static partial Regex Telegram { get; }

    [GeneratedRegex(@"\G[0-9]{17,20}/[A-Za-z0-9_-]{60,100}")]
    private static partial Regex DiscordWebhook { get; }

    [GeneratedRegex(@"\GHRKU-[A-Za-z0-9_-]{36,100}")]
    private static partial Regex Heroku { get; }

    [GeneratedRegex(@"\Gdapi[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])")]
    private static partial Regex Databricks { get; }

    [GeneratedRegex(@"\Gkey-[a-f0-9]{32}(?![A-Za-z0-9])")]
    private static partial Regex Mailgun { get; }

    [GeneratedRegex(@"\GATATT3[A-Za-z0-9_=-]{100,255}")]
    private static partial Regex Atlassian { get; }

    [GeneratedRegex(@"\Ghf_[A-Za-z0-9]{34}(?![A-Za-z0-9])")]
    private static partial Regex HuggingFace { get; }

    [GeneratedRegex(@"\Glin_api_[A-Za-z0-9]{40}(?![A-Za-z0-9])")]
    private static partial Regex Linear { get; }

    [GeneratedRegex(@"\GNRAK-[A-Z0-9]{27}(?![A-Za-z0-9])")]
    private static partial Regex NewRelic { get; }

    [GeneratedRegex(@"\Gglsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}(?![A-Za-z0-9])")]
    private static partial Regex Grafana { get; }

    [GeneratedRegex(@"\Gpscale_(?:tkn|pw)_[A-Za-z0-9_.=-]{32,64}")]
    private static partial Regex PlanetScale { get; }

    [GeneratedRegex(@"\GPMAK-[a-f0-9]{24}-[a-f0-9]{34}(?![A-Za-z0-9])")]
    private static partial Regex Postman { get; }

    [GeneratedRegex(@"\GAGE-SECRET-KEY-1[0-9A-Z]{58}(?![A-Za-z0-9])")]
    private static partial Regex Age { get; }
}
