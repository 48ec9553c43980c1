using System.Text.Json;

namespace Orchestrator.Engine.Claude;

/// <summary>What lies beside a prompt that was sent: which words it was made of, so that it can be made again.</summary>
internal static class PromptRecord
{
    /// <summary>The content of the file.</summary>
    public static byte[] Of(WrittenPrompt prompt)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("prompts");
            foreach (var source in prompt.Sources)
            {
                json.WriteStartObject();
                json.WriteString("name", source.Name);
                if (source.Version is { } version)
                {
                    json.WriteNumber("version", version);
                }

                if (source.Own is { } blob)
                {
                    json.WriteString("own", blob);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }
}
