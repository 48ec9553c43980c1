using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Notices;

/// <summary>The ways that the settings name.</summary>
public static class NoticeSenders
{
    /// <summary>All of them; none by default.</summary>
    /// <param name="setting">What the user wants.</param>
    /// <param name="root">The repository's folder, in which a command runs.</param>
    /// <param name="user">The user's environment.</param>
    /// <param name="commands">What a command may see.</param>
    /// <param name="warn">Takes what cannot be had.</param>
    public static IReadOnlyList<NoticeSender> Of(NotifySetting setting, string root, UserEnvironment user, IReadOnlyDictionary<string, string> commands, Action<string> warn)
    {
        var senders = new List<NoticeSender>();
        if (setting.Desktop)
        {
            if (DesktopSender.Of(DesktopSender.Here, user) is { } desktop)
            {
                senders.Add(desktop);
            }
            else
            {
                warn($"no notice by desktop: {DesktopSender.ProgramOf(DesktopSender.Here)} is not on PATH");
            }
        }

        if (setting.Command is { } command)
        {
            senders.Add(CommandSender.Of(command, root, commands));
        }

        if (setting.Webhook?.Address is { } address)
        {
            senders.Add(WebhookSender.Of(address, user, WebhookSender.Patience, WebhookSender.Pause));
        }

        return senders;
    }
}
