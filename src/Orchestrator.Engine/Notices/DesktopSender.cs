using System.Text;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Notices;

/// <summary>The systems that have a desktop of their own kind.</summary>
public enum DesktopKind
{
    /// <summary>Linux and its like.</summary>
    FreeDesktop,

    /// <summary>macOS.</summary>
    Mac,

    /// <summary>Windows.</summary>
    Windows,
}

/// <summary>
/// Tells on the desktop by the system's own means: <c>notify-send</c>, <c>osascript</c>, PowerShell. The text of a message
/// is handed over beside the script and never as part of one.
/// </summary>
public static class DesktopSender
{
    private const string MacScript = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run";

    // The id is PowerShell's own: a program that is not installed cannot show a toast under a name of its own.
    private const string WindowsScript = """
        $ErrorActionPreference = 'Stop'
        [void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
        [void][Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom.XmlDocument, ContentType = WindowsRuntime]
        $xml = New-Object Windows.Data.Xml.Dom.XmlDocument
        $title = [Security.SecurityElement]::Escape($env:ORCHESTRATOR_NOTICE_TITLE)
        $text = [Security.SecurityElement]::Escape($env:ORCHESTRATOR_NOTICE_TEXT)
        $xml.LoadXml("<toast><visual><binding template='ToastGeneric'><text>$title</text><text>$text</text></binding></visual></toast>")
        $id = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
        [Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($id).Show((New-Object Windows.UI.Notifications.ToastNotification $xml))
        """;

    // What these programs need to find the user's desktop.
    private static readonly string[] Passed =
    [
        "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "HOME", "LANG", "LC_ALL", "PATH", "USER", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR",
        "APPDATA", "LOCALAPPDATA", "PATHEXT", "SystemRoot", "TEMP", "USERPROFILE", "windir",
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The desktop of this machine.</summary>
    public static DesktopKind Here => OperatingSystem.IsWindows() ? DesktopKind.Windows : OperatingSystem.IsMacOS() ? DesktopKind.Mac : DesktopKind.FreeDesktop;

    /// <summary>The program that shows a notice.</summary>
    public static string ProgramOf(DesktopKind kind) => kind switch
    {
        DesktopKind.FreeDesktop => "notify-send",
        DesktopKind.Mac => "osascript",
        DesktopKind.Windows => "powershell",
        _ => throw new InvalidOperationException($"Unknown desktop {kind}."),
    };

    /// <summary>The way; null when the program for it is not on PATH.</summary>
    /// <param name="kind">The desktop.</param>
    /// <param name="user">The user's environment.</param>
    public static NoticeSender? Of(DesktopKind kind, UserEnvironment user) => user.Find(ProgramOf(kind)) is not { } program ? null
        : new NoticeSender("desktop", (message, cancellation) => CommandSender.RunAsync(Spec(kind, program, user, message), null, Patience, cancellation));

    /// <summary>The process that shows a message.</summary>
    public static ProcessSpec Spec(DesktopKind kind, string program, UserEnvironment user, Message message)
    {
        var environment = user.Only(Passed);
        foreach (var (name, value) in CommandSender.Variables(message))
        {
            environment[name] = value;
        }

        string[] arguments = kind switch
        {
            DesktopKind.FreeDesktop => ["--app-name=orchestrator", $"--urgency={(Urgent(message) ? "critical" : "normal")}", "--", message.Title, WithoutMarkup(message.Notice.Text)],
            DesktopKind.Mac => ["-e", MacScript, message.Title, message.Notice.Text],
            DesktopKind.Windows => ["-NoProfile", "-NonInteractive", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(WindowsScript))],
            _ => throw new InvalidOperationException($"Unknown desktop {kind}."),
        };
        return new ProcessSpec(program, arguments, user.Home, environment);
    }

    private static bool Urgent(Message message) => (message.Notice.Topics & Core.Progress.NoticeTopics.Person) != 0;

    /// <summary>The body of a notice is read as markup there.</summary>
    private static string WithoutMarkup(string text) => new StringBuilder(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").ToString();
}
