using System.Text.Json.Nodes;

namespace Orchestrator.Rehearsal;

/// <summary>Writes an assistant message in the two forms of the Messages API: a stream of events, or one JSON object.</summary>
internal sealed class MessageWriter(Reply reply, Conversation conversation, RehearsedTokens tokens)
{
    private const int PieceLength = 2000;
    private readonly string _id = $"msg_{Guid.NewGuid():N}";

    /// <summary>The events in order, each ready to be sent.</summary>
    public IEnumerable<string> Events()
    {
        var message = Envelope([], null, outputTokens: 1);
        yield return Event("message_start", new JsonObject { ["message"] = message });
        yield return Event("ping", []);
        var index = 0;
        if (reply.Text is not null)
        {
            yield return Start(index, new JsonObject { ["type"] = "text", ["text"] = "" });
            foreach (var piece in Pieces(reply.Text))
            {
                yield return Delta(index, new JsonObject { ["type"] = "text_delta", ["text"] = piece });
            }

            yield return Stop(index++);
        }

        foreach (var call in reply.Calls)
        {
            yield return Start(index, CallBlock(call, []));
            foreach (var piece in Pieces(call.InputJson))
            {
                yield return Delta(index, new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = piece });
            }

            yield return Stop(index++);
        }

        var end = new JsonObject { ["stop_reason"] = reply.StopReason, ["stop_sequence"] = null };
        yield return Event("message_delta", new JsonObject { ["delta"] = end, ["usage"] = Usage(reply.OutputTokens) });
        yield return Event("message_stop", []);
    }

    /// <summary>The message as one object.</summary>
    public string Whole()
    {
        var content = new JsonArray();
        if (reply.Text is not null)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = reply.Text });
        }

        foreach (var call in reply.Calls)
        {
            content.Add((JsonNode)CallBlock(call, JsonNode.Parse(call.InputJson)!.AsObject()));
        }

        return Envelope(content, reply.StopReason, reply.OutputTokens).ToJsonString();
    }

    /// <summary>The event that ends a stream early.</summary>
    public static string ErrorEvent(string type) => $"event: error\ndata: {AnthropicError.Body(type)}\n\n";

    /// <summary>A guess at the tokens of a request: four bytes make one.</summary>
    public static int TokensOf(int bytes) => 1 + bytes / 4;

    private static JsonObject CallBlock(ReplyCall call, JsonObject input) =>
        new() { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Name, ["input"] = input };

    private static string Start(int index, JsonObject block) =>
        Event("content_block_start", new JsonObject { ["index"] = index, ["content_block"] = block });

    private static string Delta(int index, JsonObject delta) =>
        Event("content_block_delta", new JsonObject { ["index"] = index, ["delta"] = delta });

    private static string Stop(int index) => Event("content_block_stop", new JsonObject { ["index"] = index });

    private static string Event(string name, JsonObject data)
    {
        data.Insert(0, "type", name);
        return $"event: {name}\ndata: {data.ToJsonString()}\n\n";
    }

    // Two pieces at least, as a client that only works with whole values is a bug worth finding.
    private static IEnumerable<string> Pieces(string text)
    {
        var length = Math.Clamp((text.Length + 1) / 2, 1, PieceLength);
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(text.Length, start + length);
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
            {
                end++;
            }

            yield return text[start..end];
            start = end;
        }
    }

    private JsonObject Envelope(JsonArray content, string? stopReason, int outputTokens) => new()
    {
        ["id"] = _id,
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = conversation.Model,
        ["content"] = content,
        ["stop_reason"] = stopReason,
        ["stop_sequence"] = null,
        ["usage"] = Usage(outputTokens),
    };

    private JsonObject Usage(int outputTokens) => new()
    {
        ["input_tokens"] = tokens.Fresh,
        ["cache_creation_input_tokens"] = tokens.Written,
        ["cache_read_input_tokens"] = tokens.Read,
        ["cache_creation"] = new JsonObject
        {
            ["ephemeral_5m_input_tokens"] = tokens.ForAnHour ? 0 : tokens.Written,
            ["ephemeral_1h_input_tokens"] = tokens.ForAnHour ? tokens.Written : 0,
        },
        ["output_tokens"] = outputTokens,
    };
}
