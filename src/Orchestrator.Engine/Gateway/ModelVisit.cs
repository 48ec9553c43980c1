using System.Globalization;
using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>One connection of an agent to the gateway, request after request.</summary>
internal sealed class ModelVisit(Socket socket, TurnBook turns, Func<string, bool> whose, Upstream upstream, Action<OpenTurn, int, IReadOnlyList<KeyValuePair<string, string>>> heard)
{
    private const string Json = "application/json";

    private readonly HttpInbound _inbound = new(socket);
    private readonly HttpAnswer _answer = new(socket);

    // Who has shown no key by then only takes the place of those who have one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private bool _known;

    /// <summary>Returns when the connection has ended.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        using var stranger = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stranger.CancelAfter(Patience);
        try
        {
            while (await _inbound.ReadHeadAsync(_known ? cancellation : stranger.Token).ConfigureAwait(false) is { } head)
            {
                _answer.Renew();
                if (!await AnswerAsync(head, cancellation).ConfigureAwait(false) || head.WantsClose)
                {
                    break;
                }
            }
        }
        catch (RefusedRequestException e) when (!_answer.HasBegun)
        {
            var type = e.Status switch { 403 => "permission_error", 413 => "request_too_large", 502 => "api_error", _ => "invalid_request_error" };
            await _answer.ErrorAsync(e.Status, type, e.Message, cancellation).ConfigureAwait(false);
        }

        await _answer.LingerAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Answers one request. Returns whether another may follow.</summary>
    private async Task<bool> AnswerAsync(HttpHead head, CancellationToken cancellation)
    {
        switch (head.Method, head.Path)
        {
            case ("GET" or "HEAD", "/" or "/api/hello") when !head.HasBody:
                // What the CLI asks as it starts, to see whether anybody is there. We are; nobody else has to know.
                await _answer.WholeAsync(200, Json, "{}", head.WantsClose, cancellation, withBody: head.Method == "GET").ConfigureAwait(false);
                return true;
            case ("POST", "/v1/messages"):
                return await ForwardAsync(Admit(head, asksModel: true), asksModel: true, head, cancellation).ConfigureAwait(false);
            case ("POST", "/v1/messages/count_tokens"):
                return await ForwardAsync(Admit(head, asksModel: false), asksModel: false, head, cancellation).ConfigureAwait(false);
            default:
                throw new RefusedRequestException(403, "Only messages to the model go through this gateway.");
        }
    }

    private OpenTurn Admit(HttpHead head, bool asksModel)
    {
        // A key that was found elsewhere is none here.
        var turn = turns.Find(head) is { } found && whose(found.Name) ? found : throw new RefusedRequestException(403, "The key of this request belongs to no turn that is under way.");
        _known = true;
        if (head.Length > HttpBody.Longest)
        {
            throw new RefusedRequestException(413, "The body of the request is too long.");
        }

        return turn.Admit(asksModel) is { } refusal ? throw new RefusedRequestException(403, refusal) : turn;
    }

    private async Task<bool> ForwardAsync(OpenTurn turn, bool asksModel, HttpHead head, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, turn.Closed);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var body = new HttpBody(_inbound, head);
        body.FinishIfEmpty();
        if (head.WaitsToContinue)
        {
            await _answer.ContinueAsync(cancellation).ConfigureAwait(false);
        }

        var watching = WatchAsync(body, ended, answered.Token);
        try
        {
            using var response = await SendAsync(head, body, ended).ConfigureAwait(false);
            await PassBackAsync(turn, asksModel, response, ended.Token).ConfigureAwait(false);
            return body.Finished.IsCompleted;
        }
        catch (Exception e) when (_answer.HasBegun && e is not RefusedRequestException)
        {
            // Broken in the middle: without its proper end the client sees that it is not whole.
            return false;
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpHead head, HttpBody body, CancellationTokenSource ended)
    {
        try
        {
            return await upstream.SendAsync(head, body, ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or RefusedRequestException)
        {
            ended.Token.ThrowIfCancellationRequested();
            throw body.Fault switch
            {
                RefusedRequestException refused => refused,
                not null => new OperationCanceledException(), // the client left in the middle of it
                null => new RefusedRequestException(502, string.Create(CultureInfo.InvariantCulture, $"The provider could not be reached ({(e as HttpRequestException)?.HttpRequestError}).")),
            };
        }
    }

    private async Task PassBackAsync(OpenTurn turn, bool asksModel, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var headers = upstream.Back(response);
        heard(turn, status, headers);
        var length = response.Content.Headers.ContentLength;
        var bare = status is 204 or 304;
        headers.Add(length is { } known ? new("Content-Length", known.ToString(CultureInfo.InvariantCulture)) : bare ? new("Content-Length", "0") : new("Transfer-Encoding", "chunked"));
        var events = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var usage = new UsageReader(events, turn.Add);
        try
        {
            await _answer.HeadAsync(status, response.ReasonPhrase ?? "", headers, cancellation).ConfigureAwait(false);
            if (!bare)
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    await _answer.BodyAsync(stream, chunked: length is null, asksModel ? piece => usage.Take(piece.Span) : _ => { }, cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (asksModel)
            {
                usage.End();
            }
        }
    }

    /// <summary>Breaks it off when the client has gone: nobody reads the answer, and it would be paid for.</summary>
    private async Task WatchAsync(HttpBody body, CancellationTokenSource ended, CancellationToken answered)
    {
        try
        {
            await body.Finished.WaitAsync(answered).ConfigureAwait(false);
            if (await _inbound.HasGoneAsync(answered).ConfigureAwait(false))
            {
                await ended.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It was answered before.
        }
    }
}
