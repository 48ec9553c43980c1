using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>
/// One step of a conversation. It is either an answer, which becomes an assistant message of the conversation, or a <see cref="Fault"/>,
/// which leaves no trace in it.
/// </summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>How long the model thinks before this step; zero by default.</summary>
    public TimeSpan Think { get; init; }

    /// <summary>Text only; the run ends with it.</summary>
    internal sealed record Say(string Text) : Step;

    /// <summary>A file to write, relative to the directory the CLI works in.</summary>
    internal sealed record Write(string Path, string Content, string? Text) : Step;

    /// <summary>A command for the shell.</summary>
    internal sealed record Bash(string Command, string? Text) : Step;

    /// <summary>Tool calls as written, all in one message.</summary>
    internal sealed record Tools(IReadOnlyList<ToolCall> Calls, string? Text) : Step;

    /// <summary>The object a run with a JSON schema ends with.</summary>
    internal sealed record Verdict(JsonElement Value, string? Text) : Step;

    /// <summary>Something that goes wrong <see cref="Times"/> times, or for ever if that is null.</summary>
    internal abstract record Fault(int? Times) : Step;

    /// <summary>An HTTP failure.</summary>
    internal sealed record Fail(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, JsonElement? Body, int? Times)
        : Fault(Times);

    /// <summary>The connection is reset.</summary>
    internal sealed record Drop(Stage At, int? Times) : Fault(Times);

    /// <summary>The answer stops coming, but the connection stays.</summary>
    internal sealed record Hang(Stage At, int? Times) : Fault(Times);

    /// <summary>A good status followed by an error event.</summary>
    internal sealed record SseError(string Type, int? Times) : Fault(Times);
}

/// <summary>A call of a tool by the name the CLI offers it under.</summary>
internal sealed record ToolCall(string Name, JsonElement Input);

/// <summary>How far an answer gets before it breaks.</summary>
internal enum Stage
{
    /// <summary>Nothing is sent.</summary>
    Connect,

    /// <summary>For a drop, after the headers; for a hang, before them.</summary>
    Headers,

    /// <summary>In the middle of the body.</summary>
    Stream,
}
