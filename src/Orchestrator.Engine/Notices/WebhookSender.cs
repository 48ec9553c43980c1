using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Notices;

/// <summary>Tells by a POST to an address, in the form that Slack and its like take. The address is a secret: nothing that is said here holds a part of it.</summary>
public static class WebhookSender
{
    private const int Tries = 3;

    /// <summary>How long one try may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long before the second try; before the third it is twice as long.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The way.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="user">Names the proxy.</param>
    /// <param name="patience">How long one try may take.</param>
    /// <param name="pause">How long before the second try.</param>
    public static NoticeSender Of(Uri address, UserEnvironment user, TimeSpan patience, TimeSpan pause) =>
        new("webhook", (message, cancellation) => SendAsync(address, UsersProxy.For(address, user), MessageJson.Of(message), patience, pause, cancellation));

    private static async Task<string?> SendAsync(Uri address, IWebProxy? proxy, byte[] body, TimeSpan patience, TimeSpan pause, CancellationToken cancellation)
    {
        // One that is redirected would carry the message on to somebody who was not named.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Proxy = proxy, UseProxy = proxy is not null, ConnectTimeout = patience };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        for (var attempt = 1; ; attempt++)
        {
            var (why, again) = await TryAsync(client, address, body, patience, cancellation).ConfigureAwait(false);
            if (why is null || !again || attempt == Tries)
            {
                return why;
            }

            await Task.Delay(pause * attempt, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>One try; says why it did not work out, and whether another one may.</summary>
    private static async Task<(string? Why, bool Again)> TryAsync(HttpClient client, Uri address, byte[] body, TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" } } };
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode ? default : ($"it answers {status}", status >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout);
        }
        catch (HttpRequestException e)
        {
            return ($"it cannot be reached ({e.HttpRequestError})", true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ($"no answer within {patience.TotalSeconds:0.#} s", true);
        }
    }
}
