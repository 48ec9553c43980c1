using System.Collections.Frozen;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.Engine.Gateway;

/// <summary>The provider, as the gateway speaks with it: the real credential goes out, and nothing that an agent could choose in its place.</summary>
internal sealed class Upstream : IDisposable
{
    /// <summary>What concerns one connection only, and what would say who asks.</summary>
    private static readonly FrozenSet<string> Dropped = new[]
    {
        "connection", "keep-alive", "te", "trailer", "trailers", "transfer-encoding", "upgrade", "content-length", "expect",
        "host", "authorization", "x-api-key", "cookie", "cookie2", "set-cookie", "set-cookie2", "accept-encoding",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly HttpClient _client;
    private readonly string _address;
    private readonly ModelCredential _credential;

    public Upstream(Uri address, ModelCredential credential, IWebProxy? proxy, X509Certificate2Collection? roots)
    {
        if (address.Scheme is not ("http" or "https") || address.Query.Length + address.Fragment.Length + address.UserInfo.Length > 0)
        {
            throw new ArgumentException("The provider's address is http or https, without a user, a query or a fragment.", nameof(address));
        }

        (_address, _credential) = (address.AbsoluteUri.TrimEnd('/'), credential);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // names may move
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            SslOptions = { RemoteCertificateValidationCallback = roots is { Count: > 0 } ? (_, certificate, chain, errors) => errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsSignedBy(roots, certificate, chain)) : null },
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a request on and returns the head of the answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpHead head, HttpBody body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(head.Method), _address + head.Target);
        var content = new StreamContent(body);
        content.Headers.ContentLength = head.Length;
        request.Content = content;
        foreach (var (name, value) in Passing(head.Headers))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        // In plain, or what was used could not be read.
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        var (header, secret) = await _credential.HeaderAsync(cancellation).ConfigureAwait(false);
        request.Headers.TryAddWithoutValidation(header, secret);
        var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            _credential.Refused(secret);
        }

        return answer;
    }

    /// <summary>The headers of an answer that an agent gets.</summary>
    public List<KeyValuePair<string, string>> Back(HttpResponseMessage answer) =>
    [
        .. Passing([.. answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated).SelectMany(h => h.Value.Select(v => KeyValuePair.Create(h.Key, v)))])
            .Where(h => !_credential.IsIn(h.Value) && !_credential.IsIn(h.Key)),
    ];

    public void Dispose() => _client.Dispose();

    private static bool IsSignedBy(X509Certificate2Collection roots, X509Certificate? certificate, X509Chain? shown)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(shown?.ChainElements.Select(e => e.Certificate).ToArray() ?? []);
        return certificate is X509Certificate2 last && chain.Build(last);
    }

    private static IEnumerable<KeyValuePair<string, string>> Passing(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var named = headers.Where(h => h.Key.Equals("connection", StringComparison.OrdinalIgnoreCase)).SelectMany(h => h.Value.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return headers.Where(h => !Dropped.Contains(h.Key) && !named.Contains(h.Key) && !h.Key.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase));
    }
}
