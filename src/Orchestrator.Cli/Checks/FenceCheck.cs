namespace Orchestrator.Cli.Checks;

/// <summary>What can be known of the means to fence agents in.</summary>
/// <param name="Path">Bubblewrap; null when it is not installed.</param>
/// <param name="Exit">How it ended when it was tried; null when it was not, or did not start.</param>
/// <param name="Said">What it said then.</param>
/// <param name="AppArmorForbids">The kernel's <c>apparmor_restrict_unprivileged_userns</c> is 1.</param>
/// <param name="KernelForbids">The kernel lets nobody but root make a user namespace, or nobody at all.</param>
/// <param name="InContainer">We are in a container ourselves.</param>
internal sealed record FenceFacts(string? Path, int? Exit, string Said, bool AppArmorForbids, bool KernelForbids, bool InContainer);

/// <summary>Whether agents could be fenced in: bubblewrap is there, and the machine lets it make a user namespace.</summary>
internal static class FenceCheck
{
    private const string Wants = "installed, and allowed to make a user namespace";

    /// <summary>Judges bubblewrap.</summary>
    public static Check Bubblewrap(FenceFacts facts) => facts switch
    {
        { Path: null } => Bad("not found", "Install the package bubblewrap. Without it agents run as you, and can reach whatever you can."),
        { Exit: 0 } => new Check("bubblewrap", true, $"{facts.Path}, works", Wants, "", Need.Wanted),
        { AppArmorForbids: true } => Bad("installed, and forbidden by AppArmor (Ubuntu 23.10 and later)", "Allow it with an AppArmor profile for bwrap that has the rule 'userns,' (the package apparmor-profiles has one: bwrap-userns-restrict), rather than for all with 'sysctl kernel.apparmor_restrict_unprivileged_userns=0'."),
        { KernelForbids: true } => Bad("installed, and the kernel forbids user namespaces", "Set kernel.unprivileged_userns_clone to 1, or user.max_user_namespaces above 0, with sysctl."),
        { InContainer: true } => Bad($"installed, and this container forbids user namespaces{Quoted(facts)}", "Start the container with rights for that, e.g. --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined, or let the container be the fence."),
        _ => Bad($"installed, and does not work{Quoted(facts)}", "Run 'bwrap --unshare-user --ro-bind / / true' by hand and see what it says."),
    };

    private static Check Bad(string found, string hint) => new("bubblewrap", false, found, Wants, hint, Need.Wanted);

    private static string Quoted(FenceFacts facts) => facts.Said.Trim() is { Length: > 0 } said ? $": {Core.Plain.Line(said.Split('\n')[0])}" : "";
}
