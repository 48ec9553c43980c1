using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>Reads the steps of a script.</summary>
internal sealed class StepReader(ProblemList problems)
{
    private static readonly string[] Kinds = ["write", "bash", "tools", "verdict", "fail", "drop", "hang", "sse_error"];

    public IReadOnlyList<Step> ReadAll(LocatedValue value, string what)
    {
        var steps = new List<Step>();
        foreach (var item in problems.Items(value, what))
        {
            if (Read(item) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    private Step? Read(LocatedValue value)
    {
        var members = problems.Members(value, "A step", [.. Kinds, "say", "content", "think_ms", "times"]);
        if (value.Kind != JsonValueKind.Object)
        {
            return null;
        }

        var kinds = Kinds.Where(members.ContainsKey).ToList();
        if (kinds.Count > 1)
        {
            problems.Add(value.Line, $"A step is several things at once: {string.Join(", ", kinds)}.", "Make it one step each.");
            return null;
        }

        var kind = kinds.Count == 1 ? kinds[0] : "say";
        if (!members.TryGetValue(kind, out var main))
        {
            problems.Add(value.Line, "A step does nothing.", $"Add one of: {string.Join(", ", Kinds)}, say.");
            return null;
        }

        RejectStrays(members, kind);
        var think = problems.Number(members.GetValueOrDefault("think_ms"), "\"think_ms\"", least: 0, most: 86_400_000) ?? 0;
        var step = ReadKind(kind, main, members, value.Line);
        return step is null ? null : step with { Think = TimeSpan.FromMilliseconds(think) };
    }

    private void RejectStrays(Dictionary<string, LocatedValue> members, string kind)
    {
        Reject("content", kind == "write", "It belongs to \"write\".");
        Reject("times", kind is "drop" or "hang" or "sse_error", "It belongs to drop, hang and sse_error; for \"fail\" it goes inside its object.");
        Reject("say", kind is "say" or "write" or "bash" or "tools" or "verdict", "A failure cannot say anything.");

        void Reject(string name, bool allowed, string hint)
        {
            if (!allowed && members.TryGetValue(name, out var stray))
            {
                problems.Add(stray.Line, $"\"{name}\" does not go with \"{kind}\".", hint);
            }
        }
    }

    private Step? ReadKind(string kind, LocatedValue main, Dictionary<string, LocatedValue> members, int line)
    {
        var text = problems.Text(members.GetValueOrDefault("say"), "\"say\"");
        var times = problems.Number(members.GetValueOrDefault("times"), "\"times\"", least: 1);
        switch (kind)
        {
            case "say":
                return text is null ? null : new Step.Say(text);
            case "write":
                return ReadWrite(main, members, text, line);
            case "bash":
                return problems.Text(main, "\"bash\"") is { } command ? new Step.Bash(command, text) : null;
            case "tools":
                return ReadTools(main, text);
            case "verdict":
                problems.Members(main, "\"verdict\"", [.. main.Members.Select(member => member.Name)]);
                return main.Kind == JsonValueKind.Object ? new Step.Verdict(main.Element, text) : null;
            case "fail":
                return ReadFail(main);
            case "drop":
                return ReadStage(problems.Choice(main, "\"drop\"", "connect", "headers", "stream")) is { } drop
                    ? new Step.Drop(drop, times)
                    : null;
            case "hang":
                return ReadStage(problems.Choice(main, "\"hang\"", "headers", "stream")) is { } hang ? new Step.Hang(hang, times) : null;
            default:
                return problems.Text(main, "\"sse_error\"") is { } type ? new Step.SseError(type, times) : null;
        }
    }

    private Step.Write? ReadWrite(LocatedValue main, Dictionary<string, LocatedValue> members, string? text, int line)
    {
        var path = problems.Text(main, "\"write\"");
        if (!members.ContainsKey("content"))
        {
            problems.Add(line, "A \"write\" has no \"content\".", "Add \"content\": \"…\", it may be empty.");
        }

        var content = problems.Text(members.GetValueOrDefault("content"), "\"content\"");
        return path is null || content is null ? null : new Step.Write(path, content, text);
    }

    private Step.Tools? ReadTools(LocatedValue main, string? text)
    {
        var calls = new List<ToolCall>();
        foreach (var item in problems.Items(main, "\"tools\""))
        {
            var members = problems.Members(item, "A tool call", "name", "input");
            var name = problems.Text(members.GetValueOrDefault("name"), "The \"name\" of a tool call");
            if (name is null && !members.ContainsKey("name"))
            {
                problems.Add(item.Line, "A tool call has no \"name\".", "Write { \"name\": \"Read\", \"input\": { … } }.");
            }

            if (members.GetValueOrDefault("input") is not { Kind: JsonValueKind.Object } input)
            {
                problems.Add(item.Line, "A tool call has no \"input\" object.", "Add \"input\": { … }, it may be empty.");
            }
            else if (name is not null)
            {
                calls.Add(new ToolCall(name, input.Element));
            }
        }

        if (main is { Kind: JsonValueKind.Array, Items.Count: 0 })
        {
            problems.Add(main.Line, "\"tools\" is empty.", "Add a call, or use \"say\" for text only.");
        }

        return calls.Count == 0 ? null : new Step.Tools(calls, text);
    }

    private Step.Fail? ReadFail(LocatedValue main)
    {
        var members = problems.Members(main, "\"fail\"", "status", "headers", "body", "times");
        if (main.Kind == JsonValueKind.Object && !members.ContainsKey("status"))
        {
            problems.Add(main.Line, "A \"fail\" has no \"status\".", "Add \"status\": 500, or another from 400 to 599.");
        }

        var status = problems.Number(members.GetValueOrDefault("status"), "\"status\"", least: 400, most: 599);
        var times = problems.Number(members.GetValueOrDefault("times"), "\"times\"", least: 1);
        var headers = ReadHeaders(members.GetValueOrDefault("headers"));
        return status is null ? null : new Step.Fail(status.Value, headers, members.GetValueOrDefault("body")?.Element, times);
    }

    private List<KeyValuePair<string, string>> ReadHeaders(LocatedValue? value)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (value is null)
        {
            return headers;
        }

        problems.Members(value, "\"headers\"", [.. value.Members.Select(member => member.Name)]);
        foreach (var (name, line, content) in value.Members)
        {
            var text = content.Kind == JsonValueKind.Number ? content.Element.GetRawText() : problems.Text(content, $"The header \"{name}\"");
            if (text is null)
            {
                continue;
            }

            if (name.Length == 0 || !name.All(IsNameCharacter) || text.Any(char.IsControl))
            {
                problems.Add(line, $"\"{name}\" cannot be sent as a header.", "Use letters, digits and hyphens, and a value on one line.");
                continue;
            }

            headers.Add(new KeyValuePair<string, string>(name, text));
        }

        return headers;
    }

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';

    private static Stage? ReadStage(string? word) => word switch
    {
        "connect" => Stage.Connect,
        "headers" => Stage.Headers,
        "stream" => Stage.Stream,
        _ => null,
    };
}
