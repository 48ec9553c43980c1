using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Notices;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Notices;

public sealed class NoticeSenderTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    private readonly TempFolder _folder = new();

    private static Message Failed => new(
        new Notice(NoticeKind.MilestoneFailed, new DateTimeOffset(2026, 11, 23, 22, 0, 0, TimeSpan.Zero), "1A failed", "1A says \"<!channel> & $(reboot) 'ü'\". Look.") { Milestone = MilestoneId.Parse("1A"), Code = "gate.rounds" },
        "r1", "/home/u/shop");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private Task<string?> Post(Uri address, TimeSpan? patience = null) => WebhookSender.Of(address, _folder.User(), patience ?? Long, Soon).SendAsync(Failed, Cancellation);

    [Fact]
    public async Task A_webhook_gets_text_for_Slack_and_fields_for_programs()
    {
        using var hook = new Hook(_ => 200);

        Assert.Null(await Post(hook.Address));

        Assert.StartsWith("POST /secret-path ", Assert.Single(hook.Heads), StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8", hook.Heads.Single(), StringComparison.Ordinal);
        Assert.Equal(
            """{"text":"*shop: 1A failed*\n1A says \"&lt;!channel&gt; &amp; $(reboot) 'ü'\". Look.","kind":"failed","title":"shop: 1A failed","message":"1A says \"<!channel> & $(reboot) 'ü'\". Look.","repository":"/home/u/shop","run":"r1","milestone":"1A","code":"gate.rounds","at":"2026-11-23T22:00:00+00:00","until":null}""",
            Assert.Single(hook.Bodies));
    }

    [Theory]
    [InlineData(500, 3, "it answers 500")]
    [InlineData(429, 3, "it answers 429")]
    [InlineData(404, 1, "it answers 404")]
    [InlineData(302, 1, "it answers 302")]
    public async Task What_may_pass_is_tried_three_times_and_nothing_is_carried_elsewhere(int status, int tries, string why)
    {
        using var hook = new Hook(_ => status);
        Assert.Equal(why, await Post(hook.Address));
        Assert.Equal(tries, hook.Bodies.Count);
    }

    [Fact]
    public async Task What_passes_is_no_trouble()
    {
        using var hook = new Hook(n => n < 3 ? 503 : 204);
        Assert.Null(await Post(hook.Address));
    }

    [Fact]
    public async Task A_webhook_that_never_answers_is_given_up()
    {
        using var hook = new Hook(_ => null);
        Assert.Equal("no answer within 0.2 s", await Post(hook.Address, TimeSpan.FromMilliseconds(200)));
        Assert.Equal(3, hook.Bodies.Count);
    }

    [Fact]
    public async Task A_webhook_that_refuses_is_said_without_its_address()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Assert.Equal("it cannot be reached (ConnectionError)", await Post(new Uri($"http://127.0.0.1:{port}/secret-path")));
    }

    [Fact]
    public async Task A_command_gets_the_message_in_variables_and_as_JSON_and_nothing_of_it_runs()
    {
        var (seen, json) = (_folder.In("seen"), _folder.In("json"));
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["MINE"] = "yes" };
        var command = CommandSender.Of($"env | sort >{seen}; cat >{json}; echo noise", _folder.Path, environment);

        Assert.Null(await command.SendAsync(Failed, Cancellation));

        var lines = File.ReadAllLines(seen).Where(line => !line.StartsWith("PWD=", StringComparison.Ordinal) && !line.StartsWith("_=", StringComparison.Ordinal) && !line.StartsWith("SHLVL=", StringComparison.Ordinal) && !line.StartsWith("OLDPWD", StringComparison.Ordinal));
        Assert.Equal(
            [
                "MINE=yes", "ORCHESTRATOR_NOTICE_AT=2026-11-23T22:00:00.0000000+00:00", "ORCHESTRATOR_NOTICE_CODE=gate.rounds", "ORCHESTRATOR_NOTICE_KIND=failed", "ORCHESTRATOR_NOTICE_MILESTONE=1A",
                "ORCHESTRATOR_NOTICE_REPOSITORY=/home/u/shop", "ORCHESTRATOR_NOTICE_RUN=r1", "ORCHESTRATOR_NOTICE_TEXT=1A says \"<!channel> & $(reboot) 'ü'\". Look.", "ORCHESTRATOR_NOTICE_TITLE=shop: 1A failed",
                "ORCHESTRATOR_NOTICE_UNTIL=", "PATH=/usr/bin:/bin",
            ], lines.Order(StringComparer.Ordinal));
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal("failed", document.RootElement.GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("echo 'no such user' >&2; exit 3", "exit code 3: no such user")]
    [InlineData("exec ./gone", "exit code 127: ")]
    [InlineData("true", null)]
    public async Task A_command_that_fails_says_why(string command, string? why)
    {
        var said = await CommandSender.Of(command, _folder.Path, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }).SendAsync(Failed, Cancellation);
        Assert.StartsWith(why ?? "", said ?? "", StringComparison.Ordinal);
        Assert.Equal(why is null, said is null);
    }

    [Fact]
    public async Task A_desktop_on_Linux_gets_title_and_text_without_markup()
    {
        var seen = _folder.In("seen");
        _folder.Script("bin/notify-send", $"printf '%s\\n' \"$@\" >{seen}");
        var user = _folder.User(("PATH", $"{_folder.In("bin")}:/usr/bin:/bin"));

        Assert.Null(await DesktopSender.Of(DesktopKind.FreeDesktop, user)!.SendAsync(Failed, Cancellation));

        Assert.Equal(["--app-name=orchestrator", "--urgency=normal", "--", "shop: 1A failed", "1A says \"&lt;!channel&gt; &amp; $(reboot) 'ü'\". Look."], File.ReadAllLines(seen));
    }

    [Fact]
    public void A_desktop_on_macOS_gets_title_and_text_beside_the_script()
    {
        var spec = DesktopSender.Spec(DesktopKind.Mac, "/usr/bin/osascript", _folder.User(), Failed);
        Assert.Equal(["-e", "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run", "shop: 1A failed", "1A says \"<!channel> & $(reboot) 'ü'\". Look."], spec.Arguments);
    }

    [Fact]
    public void A_desktop_on_Windows_reads_title_and_text_from_variables()
    {
        var spec = DesktopSender.Spec(DesktopKind.Windows, "powershell.exe", _folder.User(("SystemRoot", "C:\\Windows"), ("SLACK_URL", "no")), Failed);
        Assert.Equal(["-NoProfile", "-NonInteractive", "-EncodedCommand"], spec.Arguments.Take(3));
        var script = Encoding.Unicode.GetString(Convert.FromBase64String(spec.Arguments[3]));
        Assert.Contains("Escape($env:ORCHESTRATOR_NOTICE_TEXT)", script, StringComparison.Ordinal);
        Assert.DoesNotContain("reboot", script, StringComparison.Ordinal);
        Assert.Equal((Failed.Notice.Text, "C:\\Windows", false), (spec.Environment["ORCHESTRATOR_NOTICE_TEXT"], spec.Environment["SystemRoot"], spec.Environment.ContainsKey("SLACK_URL")));
    }

    [Theory]
    [InlineData("https://hooks.example/x", "https_proxy", "http://proxy:3128", null, "http://proxy:3128/")]
    [InlineData("https://hooks.example/x", "HTTPS_PROXY", "proxy:3128", null, "http://proxy:3128/")]
    [InlineData("https://hooks.example/x", "http_proxy", "http://proxy:3128", null, null)]
    [InlineData("http://hooks.example/x", "ALL_PROXY", "http://proxy:3128", "other.example", "http://proxy:3128/")]
    [InlineData("https://hooks.example/x", "https_proxy", "http://proxy:3128", "other, .example", null)]
    [InlineData("https://hooks.example/x", "https_proxy", "http://proxy:3128", "*", null)]
    [InlineData("http://127.0.0.1/x", "http_proxy", "http://proxy:3128", null, null)]
    public void The_proxy_is_the_users(string address, string name, string value, string? exempt, string? expected)
    {
        var user = new UserEnvironment(new Dictionary<string, string> { [name] = value, ["no_proxy"] = exempt ?? "" });
        Assert.Equal(expected, UsersProxy.For(new Uri(address), user)?.GetProxy(new Uri(address))?.ToString());
    }

    [Fact]
    public void By_default_nobody_is_told_and_a_desktop_without_a_program_is_said()
    {
        var said = new List<string>();
        var user = _folder.User(("PATH", _folder.Path));
        Assert.Empty(NoticeSenders.Of(new NotifySetting(), "/", user, new Dictionary<string, string>(), said.Add));
        Assert.Empty(said);
        Assert.Empty(NoticeSenders.Of(new NotifySetting { Desktop = true }, "/", user, new Dictionary<string, string>(), said.Add));
        Assert.Equal(["no notice by desktop: notify-send is not on PATH"], said);
    }
}
