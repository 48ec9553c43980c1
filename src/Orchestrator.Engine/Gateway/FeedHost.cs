namespace Orchestrator.Engine.Gateway;

/// <summary>A host that agents may fetch packages from, over TLS or not: the proxy does not look inside.</summary>
/// <param name="Host">Its name; no pattern.</param>
/// <param name="Port">The one port.</param>
/// <param name="Private">Whether it may lie in a private network or on this machine.</param>
public sealed record FeedHost(string Host, int Port, bool Private = false)
{
    /// <summary>
    /// What a request asks for: a name and a port and nothing else. A name with a dot at its end, in brackets or with
    /// characters that no name has is not taken for one that it resembles.
    /// </summary>
    /// <returns>Null when it is not written so.</returns>
    public static (string Host, int Port)? Parse(string authority)
    {
        if (authority.Split(':') is not [var host, var digits])
        {
            return null;
        }

        return host.Length is > 0 and <= 253
            && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            && host[0] is not ('.' or '-') && host[^1] is not '.'
            && digits.Length is > 0 and <= 5 && digits.All(char.IsAsciiDigit) && digits[0] != '0'
            && int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) is <= ushort.MaxValue and var port
                ? (host, port)
                : null;
    }

    /// <summary>The one of the list that is meant; null when none is.</summary>
    internal static FeedHost? Find(IEnumerable<FeedHost> list, string authority) => Parse(authority) is var (host, port)
        ? list.FirstOrDefault(f => f.Port == port && f.Host.Equals(host, StringComparison.OrdinalIgnoreCase))
        : null;
}
