using System.Net.Sockets;

namespace Orchestrator.Rehearsal;

/// <summary>Plays what goes wrong with one request.</summary>
internal sealed class FaultPlayer(
    Socket socket, HttpRequestReader reader, HttpResponse response, Conversation conversation, RehearsedTokens tokens)
{
    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The fault as it is named in <see cref="RehearsedRequest.Answer"/>.</summary>
    public static string Describe(Step.Fault fault) => fault switch
    {
        Step.Fail fail => $"fail {fail.Status}",
        Step.Drop drop => $"drop {Word(drop.At)}",
        Step.Hang hang => $"hang {Word(hang.At)}",
        Step.SseError error => $"sse_error {error.Type}",
        _ => throw new InvalidOperationException($"The fault {fault.GetType().Name} has no name."),
    };

    /// <summary>Plays a fault and says whether the connection can be used again; a hang returns when the client has gone.</summary>
    public async Task<bool> PlayAsync(Step.Fault fault, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case Step.Fail fail:
                var header = conversation.Header ?? PromptHeader.Empty;
                var body = fail.Body is { } written ? header.Fill(written)?.ToJsonString() ?? "null" : AnthropicError.Body(fail.Status);
                await response.SendJsonAsync(fail.Status, body, fail.Headers, withBody: true, cancellationToken);
                return true;
            case Step.SseError { Type: var type }:
                await SendErrorEventAsync(type, cancellationToken);
                return true;
            case Step.Drop drop:
                await SendBeginningAsync(drop.At, cancellationToken);
                await CutAsync(drop.At, cancellationToken);
                return false;
            case Step.Hang hang:
                // A hang at the headers is one before them: without a body they would be of no use to the client.
                await SendBeginningAsync(hang.At == Stage.Headers ? Stage.Connect : hang.At, cancellationToken);
                await reader.WaitForDepartureAsync(cancellationToken);
                return false;
            default:
                throw new InvalidOperationException($"The fault {fault.GetType().Name} cannot be played.");
        }
    }

    private static string Word(Stage stage) => stage switch
    {
        Stage.Connect => "connect",
        Stage.Headers => "headers",
        _ => "stream",
    };

    private async Task SendErrorEventAsync(string type, CancellationToken cancellationToken)
    {
        if (!conversation.Stream)
        {
            await response.SendJsonAsync(AnthropicError.StatusOf(type), AnthropicError.Body(type), cancellationToken);
            return;
        }

        await response.BeginAsync(events: true, [], cancellationToken);
        await response.SendPartAsync(MessageWriter.ErrorEvent(type), cancellationToken);
        await response.EndAsync(cancellationToken);
    }

    private async Task CutAsync(Stage stage, CancellationToken cancellationToken)
    {
        if (stage == Stage.Connect)
        {
            // Without lingering, closing resets the connection; the stream would end it in good order first.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Dispose();
            return;
        }

        // A reset takes back what the client has not read yet, so here the body just ends too early, after a moment to read it.
        await Task.Delay(ReadingTime, cancellationToken);
    }

    private async Task SendBeginningAsync(Stage stage, CancellationToken cancellationToken)
    {
        if (stage == Stage.Connect)
        {
            return;
        }

        await response.BeginAsync(conversation.Stream, [], cancellationToken);
        if (stage == Stage.Headers)
        {
            return;
        }

        var writer = new MessageWriter(Reply.Unfinished, conversation, tokens);
        if (!conversation.Stream)
        {
            await response.SendPartAsync(writer.Whole()[..40], cancellationToken);
            return;
        }

        foreach (var part in writer.Events().TakeWhile(part => !part.StartsWith("event: content_block_stop", StringComparison.Ordinal)))
        {
            await response.SendPartAsync(part, cancellationToken);
        }
    }
}
