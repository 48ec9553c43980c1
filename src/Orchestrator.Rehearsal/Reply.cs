using System.Text.Json.Nodes;

namespace Orchestrator.Rehearsal;

/// <summary>An assistant message: an optional text followed by tool calls.</summary>
internal sealed record Reply(string Kind, string? Text, IReadOnlyList<ReplyCall> Calls)
{
    private const string VerdictTool = "StructuredOutput";

    /// <summary>What is begun where the answer breaks.</summary>
    public static Reply Unfinished { get; } = new("say", "This sentence will never be finished", []);

    /// <summary>The reason the API gives for the end of the message; the CLI ends its run on anything but tool calls.</summary>
    public string StopReason => Calls.Count > 0 ? "tool_use" : "end_turn";

    public int OutputTokens => 1 + ((Text?.Length ?? 0) + Calls.Sum(call => call.InputJson.Length + 40)) / 4;

    public static Reply From(Step step, Conversation conversation)
    {
        var header = conversation.Header ?? PromptHeader.Empty;
        return step switch
        {
            Step.Say say => new Reply("say", header.Fill(say.Text), []),
            Step.Bash bash => Calling("bash", header, bash.Text, Bash(header.Fill(bash.Command))),
            Step.Write write => Writing(write, conversation, header),
            Step.Tools tools => Calling(
                "tools", header, tools.Text, [.. tools.Calls.Select(call => new ReplyCall(call.Name, header.Fill(call.Input)!.ToJsonString()))]),
            Step.Verdict verdict => Judging(verdict, conversation, header),
            _ => throw new InvalidOperationException($"The step {step.GetType().Name} is not an answer."),
        };
    }

    private static Reply Calling(string kind, PromptHeader header, string? text, params ReplyCall[] calls) =>
        new(kind, text is null ? null : header.Fill(text), calls);

    private static Reply Writing(Step.Write write, Conversation conversation, PromptHeader header)
    {
        var path = header.Fill(write.Path);
        var content = header.Fill(write.Content);
        if (!Path.IsPathFullyQualified(path) && conversation.WorkingDirectory is { } directory)
        {
            path = Path.Combine(directory, path);
        }

        // The Write tool takes absolute paths only, but the shell knows where it is.
        if (Path.IsPathFullyQualified(path) && conversation.OfferedTools.Contains("Write"))
        {
            var input = new JsonObject { ["file_path"] = path, ["content"] = content };
            return Calling("write", header, write.Text, new ReplyCall("Write", input.ToJsonString()));
        }

        var quoted = Quote(path);
        return Calling(
            "write", header, write.Text, Bash($"mkdir -p \"$(dirname -- {quoted})\" && printf '%s' {Quote(content)} > {quoted}"));
    }

    private static Reply Judging(Step.Verdict verdict, Conversation conversation, PromptHeader header)
    {
        var json = header.Fill(verdict.Value)!.ToJsonString();
        if (conversation.OfferedTools.Contains(VerdictTool))
        {
            return Calling("verdict", header, verdict.Text, new ReplyCall(VerdictTool, json));
        }

        // A CLI that was started without a schema would answer the unknown tool with an error and go round in circles.
        var text = verdict.Text is null ? json : $"{header.Fill(verdict.Text)}\n{json}";
        return new Reply("verdict", text, []);
    }

    private static ReplyCall Bash(string command) =>
        new("Bash", new JsonObject { ["command"] = command, ["description"] = "Run a rehearsed command" }.ToJsonString());

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>A tool call with its input as JSON text.</summary>
internal sealed record ReplyCall(string Name, string InputJson)
{
    public string Id { get; } = $"toolu_{Guid.NewGuid():N}";
}
