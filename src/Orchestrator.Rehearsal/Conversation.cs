using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Rehearsal;

/// <summary>
/// What a request tells about the conversation it belongs to. The place in the script is derived from it alone, so a server that was
/// restarted, or a session that was resumed, goes on where it was.
/// </summary>
internal sealed partial record Conversation(
    PromptHeader? Header,
    int AnswersSinceHeader,
    string? WorkingDirectory,
    IReadOnlySet<string> OfferedTools,
    string Model,
    bool Stream,
    int ToolCalls,
    RequestPrefix Prefix)
{
    /// <summary>Reads the body of a request; what is missing or of another shape is passed over.</summary>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static Conversation Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The body is not an object.");
        }

        var directory = new DirectorySearch();
        foreach (var text in TextsOf(Member(root, "system")))
        {
            directory.LookAt(text, bySystem: true);
        }

        PromptHeader? header = null;
        var (answers, calls) = (0, 0);
        foreach (var message in Items(Member(root, "messages")))
        {
            var role = TextOf(Member(message, "role"));
            if (role == "assistant")
            {
                answers++;
                calls += Items(Member(message, "content")).Count(block => TextOf(Member(block, "type")) == "tool_use");
                continue;
            }

            foreach (var text in TextsOf(Member(message, "content")))
            {
                // 2.1.330 describes the environment in a message of the role "system" among the others.
                directory.LookAt(text, bySystem: role == "system");
                if (role == "user" && PromptHeader.FindLast(text) is { } found)
                {
                    (header, answers) = (found, 0);
                }
            }
        }

        var tools = Items(Member(root, "tools")).Select(tool => TextOf(Member(tool, "name"))).OfType<string>();
        return new Conversation(
            header,
            answers,
            directory.Found,
            tools.ToHashSet(StringComparer.Ordinal),
            TextOf(Member(root, "model")) ?? "rehearsal",
            Member(root, "stream")?.ValueKind == JsonValueKind.True,
            calls,
            RequestPrefix.Read(root));
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    private static string? TextOf(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // Content is a string or blocks. Tool results are blocks of another type: a file that quotes a header must not become one.
    private static IEnumerable<string> TextsOf(JsonElement? content)
    {
        if (TextOf(content) is { } whole)
        {
            return [whole];
        }

        return Items(content)
            .Where(block => TextOf(Member(block, "type")) == "text")
            .Select(block => TextOf(Member(block, "text")))
            .OfType<string>();
    }

    [GeneratedRegex(@"^\W*(?:Primary w|W)orking directory: (?<path>.+?)\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex DirectoryLine { get; }

    // The last mention wins, as a session may be resumed elsewhere; what the system says wins over what a prompt may quote.
    private sealed class DirectorySearch
    {
        private string? _fromSystem;
        private string? _fromUser;

        public string? Found => _fromSystem ?? _fromUser;

        public void LookAt(string text, bool bySystem)
        {
            if (!text.Contains("orking directory: ", StringComparison.Ordinal))
            {
                return;
            }

            foreach (Match match in DirectoryLine.Matches(text))
            {
                var path = match.Groups["path"].Value;
                if (!Path.IsPathFullyQualified(path))
                {
                    continue;
                }

                if (bySystem)
                {
                    _fromSystem = path;
                }
                else
                {
                    _fromUser = path;
                }
            }
        }
    }
}
