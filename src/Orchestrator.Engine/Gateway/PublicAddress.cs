using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>Tells the internet from this machine and its neighbours: whoever answers for a name decides where it leads.</summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] Others =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "100::/64", "2001::/32", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>The prefixes that carry an address of the old kind, and where in them it stands.</summary>
    private static readonly (IPNetwork Prefix, int At)[] Carriers = [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <summary>Whether it is neither this machine nor a private, local or reserved network.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            foreach (var (prefix, at) in Carriers)
            {
                if (prefix.Contains(plain))
                {
                    plain = new IPAddress(plain.GetAddressBytes().AsSpan(at, 4));
                    break;
                }
            }
        }

        return !Others.Any(network => network.Contains(plain));
    }
}
