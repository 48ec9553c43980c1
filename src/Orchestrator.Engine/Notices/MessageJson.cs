using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Engine.Notices;

/// <summary>A message for programs. <c>docs/reference/notices.md</c> describes it.</summary>
internal static class MessageJson
{
    // Not for a page: letters of all languages stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The message as JSON.</summary>
    public static byte[] Of(Message message)
    {
        var notice = message.Notice;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("text", $"*{ForSlack(message.Title)}*\n{ForSlack(notice.Text)}");
            json.WriteString("kind", notice.Word);
            json.WriteString("title", message.Title);
            json.WriteString("message", notice.Text);
            json.WriteString("repository", message.Repository);
            json.WriteString("run", message.Run);
            json.WriteString("milestone", notice.Milestone?.ToString());
            json.WriteString("code", notice.Code);
            json.WriteString("at", notice.At);
            if (notice.Until is { } until)
            {
                json.WriteString("until", until);
            }
            else
            {
                json.WriteNull("until");
            }

            json.WriteEndObject();
        }

        // What cannot be seen is spelled, which JSON reads as the same.
        return Encoding.UTF8.GetBytes(Core.Plain.Whole(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length)));
    }

    /// <summary>What an agent says must not call a whole channel, nor show a link that leads elsewhere.</summary>
    private static string ForSlack(string text) => new StringBuilder(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").ToString();
}
