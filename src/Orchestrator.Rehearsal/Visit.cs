using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Rehearsal;

/// <summary>Serves one connection, request after request, until either side has enough.</summary>
internal sealed class Visit(Socket socket, Theatre theatre, Action<RehearsedRequest> record)
{
    /// <summary>Returns when the connection has ended; nothing that happens on it is thrown.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Events are small and the client waits for each.
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var response = new HttpResponse(stream);
            try
            {
                await ServeAsync(new HttpRequestReader(stream), response, cancellationToken);
            }
            catch (Exception exception) when (!IsPartOfLeaving(exception))
            {
                await ApologiseAsync(response, exception, cancellationToken);
            }
        }
        catch (Exception exception) when (IsPartOfLeaving(exception))
        {
            // The client has gone, or the server is being disposed: there is nobody to tell.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static bool IsPartOfLeaving(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException;

    private async Task ServeAsync(HttpRequestReader reader, HttpResponse response, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken) is { } request)
        {
            response.Renew();
            if (!await AnswerAsync(request, reader, response, cancellationToken) || request.WantsClose)
            {
                return;
            }
        }
    }

    private async Task ApologiseAsync(HttpResponse response, Exception exception, CancellationToken cancellationToken)
    {
        var status = exception is InvalidDataException ? 400 : 500;
        Record(null, null, null, status == 400 ? "bad_request" : "error");
        if (!response.HasBegun)
        {
            await response.SendJsonAsync(status, AnthropicError.Body(status, exception.Message), cancellationToken);
        }
    }

    private async Task<bool> AnswerAsync(
        HttpRequest request, HttpRequestReader reader, HttpResponse response, CancellationToken cancellationToken)
    {
        switch (request.Method, request.Path)
        {
            case ("POST", "/v1/messages"):
                return await AnswerMessageAsync(request, reader, response, cancellationToken);
            case ("POST", "/v1/messages/count_tokens"):
                Record(request, null, null, "count_tokens");
                var count = new JsonObject { ["input_tokens"] = MessageWriter.TokensOf(request.Body.Length) };
                await response.SendJsonAsync(200, count.ToJsonString(), cancellationToken);
                return true;
            case ("GET" or "HEAD", "/" or "/api/hello"):
                Record(request, null, null, "hello");
                await response.SendJsonAsync(200, """{"message":"hello"}""", [], withBody: request.Method == "GET", cancellationToken);
                return true;
            default:
                Record(request, null, null, "not_found");
                var error = AnthropicError.Body(404, $"There is no {request.Method} {request.Path} in a rehearsal.");
                await response.SendJsonAsync(404, error, [], withBody: request.Method != "HEAD", cancellationToken);
                return true;
        }
    }

    private async Task<bool> AnswerMessageAsync(
        HttpRequest request, HttpRequestReader reader, HttpResponse response, CancellationToken cancellationToken)
    {
        Conversation conversation;
        try
        {
            conversation = Conversation.Read(request.Body);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is what the parser throws for half of a \u pair.
            Record(request, null, null, "bad_request");
            await response.SendJsonAsync(400, AnthropicError.Body(400, exception.Message), cancellationToken);
            return true;
        }

        var (refusal, headers) = theatre.Account.Admit(conversation);
        if (refusal is not null)
        {
            Record(request, conversation, null, $"limit {refusal.Kind}");
            await response.SendJsonAsync(429, AnthropicError.Body(429), headers, withBody: true, cancellationToken);
            return true;
        }

        var cue = theatre.Player.Next(conversation, SessionOf(request));
        if (cue.Step is Step.Fault fault)
        {
            Record(request, conversation, cue.Index, FaultPlayer.Describe(fault));
            await Task.Delay(fault.Think, cancellationToken);
            var broken = theatre.Cache.Reckon(conversation.Prefix, request.Body.Length, Reply.Unfinished.OutputTokens);
            return await new FaultPlayer(socket, reader, response, conversation, broken).PlayAsync(fault, cancellationToken);
        }

        var reply = Reply.From(cue.Step, conversation);
        var tokens = theatre.Cache.Reckon(conversation.Prefix, request.Body.Length, reply.OutputTokens);
        Record(request, conversation, cue.Index, reply.Kind, tokens);
        await Task.Delay(cue.Step.Think, cancellationToken);
        theatre.Cache.Keep(conversation.Prefix);
        var writer = new MessageWriter(reply, conversation, tokens);
        if (!conversation.Stream)
        {
            await response.SendJsonAsync(200, writer.Whole(), headers, withBody: true, cancellationToken);
            return true;
        }

        await response.BeginAsync(events: true, headers, cancellationToken);
        foreach (var part in writer.Events())
        {
            await response.SendPartAsync(part, cancellationToken);
        }

        await response.EndAsync(cancellationToken);
        return true;
    }

    private static string? SessionOf(HttpRequest? request) => request?.Headers.GetValueOrDefault("x-claude-code-session-id");

    private void Record(HttpRequest? request, Conversation? conversation, int? step, string answer, RehearsedTokens? tokens = null)
    {
        var header = conversation?.Header;
        var head = conversation?.Prefix.Head ?? default;
        record(new RehearsedRequest(
            DateTimeOffset.UtcNow,
            request?.Method ?? "?",
            request?.Path ?? "?",
            SessionOf(request),
            header?.Milestone,
            header?.Role,
            header?.Attempt,
            header?.Round,
            step,
            answer)
        {
            Model = conversation?.Model,
            ToolCalls = conversation?.ToolCalls ?? 0,
            HeadBytes = head.Length,
            SharedHeadBytes = conversation is null ? null : theatre.Heads.Compare(SessionOf(request), conversation.Model, head),
            Tokens = tokens,
        });
    }
}
