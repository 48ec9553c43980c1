using System.Text;
using Orchestrator.Engine.Claude;

namespace Orchestrator.Cli.Tests.HostileText;

/// <summary>Transcripts in which every field says something nasty.</summary>
internal static class Transcripts
{
    private static readonly string File = Path.Combine(Path.GetTempPath(), $"orchestrator-hostile-{Environment.ProcessId}.jsonl");

    /// <summary>A transcript's story.</summary>
    public static IReadOnlyList<StoryLine> Told(HostileTexts texts)
    {
        System.IO.File.WriteAllBytes(File, Encoding.UTF8.GetBytes(Of(texts)));
        try
        {
            return new StoryFile(File).ReadOn();
        }
        finally
        {
            System.IO.File.Delete(File);
        }
    }

    /// <summary>The lines of one.</summary>
    public static string Of(HostileTexts texts)
    {
        // As bytes or spelled: halves of pairs can only be spelled.
        string Text() => $"\"{string.Concat(texts.Next().Select(c => c is < ' ' or '"' or '\\' or '\ufeff' || char.IsSurrogate(c) || (c > '~' && texts.Drawn % 2 == 0) ? $"\\u{(int)c:x4}" : c.ToString()))}\"";
        return string.Join('\n',
            $$$"""{"type":"system","subtype":"init","session_id":"s","cwd":{{{Text()}}},"model":{{{Text()}}},"claude_code_version":{{{Text()}}}}""",
            $$$"""{"type":"assistant","message":{"id":"m1","model":"x","content":[{"type":"thinking","thinking":{{{Text()}}}},{"type":"text","text":{{{Text()}}}},{"type":"tool_use","id":"t","name":{{{Text()}}},"input":{"command":{{{Text()}}}} }]}}""",
            $$$"""{"type":"assistant","message":{"id":"m2","model":"x","content":[{"type":"tool_use","id":"t","name":"TodoWrite","input":{"todos":[{"status":"in_progress","activeForm":{{{Text()}}}}]} }]}}""",
            $$$"""{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":{{{Text()}}}},{"type":"tool_result","content":[{"type":"text","text":{{{Text()}}}}]}]}}""",
            $$$"""{"type":"assistant","error":"x","message":{"model":"<synthetic>","content":[{"type":"text","text":{{{Text()}}}}]}}""",
            $$$"""{"type":"system","subtype":"api_retry","attempt":1,"max_retries":2,"error":{{{Text()}}}}""",
            $$$"""{"type":"system","subtype":"model_fallback","content":{{{Text()}}}}""",
            $$$"""{"type":"system","subtype":"task_notification","status":{{{Text()}}},"summary":{{{Text()}}}}""",
            $$$"""{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1,"rateLimitType":{{{Text()}}}}}""",
            texts.Next().ReplaceLineEndings(" "), // no message at all
            $$$"""{"type":"result","subtype":{{{Text()}}},"is_error":true,"result":{{{Text()}}},"permission_denials":[{"tool_name":{{{Text()}}}}],"session_id":"s","total_cost_usd":1}""",
            $$$"""{"type":"result","subtype":"success","is_error":false,"result":"","structured_output":{"verdict":{{{Text()}}},"summary":{{{Text()}}},"findings":[{"severity":{{{Text()}}},"file":{{{Text()}}},"line":1,"claim":{{{Text()}}}}]},"session_id":"s"}""",
            "");
    }
}
