using System.Net;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Notices;

/// <summary>The proxy that the user's environment names for an address, as curl and its like read it. This machine is always reached directly.</summary>
public static class UsersProxy
{
    /// <summary>The proxy; null for none.</summary>
    public static IWebProxy? For(Uri address, UserEnvironment user)
    {
        var named = address.Scheme == Uri.UriSchemeHttps ? user["https_proxy"] ?? user["HTTPS_PROXY"] : user["http_proxy"] ?? user["HTTP_PROXY"];
        named ??= user["all_proxy"] ?? user["ALL_PROXY"];
        if (named is null || address.IsLoopback || IsExempt(address.Host, user["no_proxy"] ?? user["NO_PROXY"] ?? "")
            || !Uri.TryCreate(named.Contains("://", StringComparison.Ordinal) ? named : "http://" + named, UriKind.Absolute, out var proxy))
        {
            return null;
        }

        var login = proxy.UserInfo.Split(':', 2);
        return new WebProxy(proxy) { Credentials = proxy.UserInfo.Length > 0 ? new NetworkCredential(Uri.UnescapeDataString(login[0]), Uri.UnescapeDataString(login.Length > 1 ? login[1] : "")) : null };
    }

    private static bool IsExempt(string host, string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(entry => entry.TrimStart('*').TrimStart('.'))
        .Any(entry => entry.Length == 0 || host.Equals(entry, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase));
}
