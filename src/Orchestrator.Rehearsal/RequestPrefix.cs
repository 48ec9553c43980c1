using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>
/// A request in the order in which the provider caches it: tools, system prompt, messages. Two requests share what is the same from the
/// beginning on; the markers that ask for caching do not count, as they move while a conversation grows.
/// </summary>
/// <param name="Head">Tools and system prompt, without markers.</param>
/// <param name="Blocks">All blocks: tools, parts of the system prompt, parts of messages.</param>
internal sealed record RequestPrefix(ReadOnlyMemory<byte> Head, IReadOnlyList<PrefixBlock> Blocks)
{
    private const string Marker = "cache_control";

    public static RequestPrefix Read(JsonElement root)
    {
        var model = root.TryGetProperty("model", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
        using var builder = new Builder(model);
        foreach (var tool in Items(root, "tools"))
        {
            builder.Add("tool", tool);
        }

        foreach (var part in Items(root, "system"))
        {
            builder.Add("system", part);
        }

        var head = builder.Written;
        foreach (var message in Items(root, "messages").Where(message => message.ValueKind == JsonValueKind.Object))
        {
            var role = message.TryGetProperty("role", out var said) ? said.GetRawText() : "";
            foreach (var part in Items(message, "content"))
            {
                builder.Add(role, part);
            }
        }

        return new RequestPrefix(head, builder.Blocks);
    }

    // A text alone stands for one block of text.
    private static IEnumerable<JsonElement> Items(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray(),
            JsonValueKind.String => [value],
            _ => [],
        };
    }

    private sealed class Builder : IDisposable
    {
        private readonly IncrementalHash _sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly ArrayBufferWriter<byte> _written = new();
        private readonly Utf8JsonWriter _writer;
        private int _summed;

        // Models do not share a cache.
        public Builder(string model)
        {
            _sum.AppendData(System.Text.Encoding.UTF8.GetBytes(model));
            _writer = new Utf8JsonWriter(_written);
        }

        public List<PrefixBlock> Blocks { get; } = [];

        public ReadOnlyMemory<byte> Written => _written.WrittenMemory;

        public void Add(string place, JsonElement block)
        {
            _writer.Reset();
            _writer.WriteStartArray();
            _writer.WriteStringValue(place);
            TimeSpan? keeps = null;
            if (block.ValueKind == JsonValueKind.Object)
            {
                _writer.WriteStartObject();
                foreach (var property in block.EnumerateObject())
                {
                    if (property.NameEquals(Marker))
                    {
                        keeps = Keeps(property.Value);
                    }
                    else
                    {
                        property.WriteTo(_writer);
                    }
                }

                _writer.WriteEndObject();
            }
            else
            {
                _writer.WriteStartObject();
                _writer.WriteString("type", "text");
                _writer.WritePropertyName("text");
                block.WriteTo(_writer);
                _writer.WriteEndObject();
            }

            _writer.WriteEndArray();
            _writer.Flush();
            _sum.AppendData(_written.WrittenSpan[_summed..]);
            _summed = _written.WrittenCount;
            Blocks.Add(new PrefixBlock(_summed, Convert.ToHexString(_sum.GetCurrentHash()), keeps));
        }

        public void Dispose()
        {
            _writer.Dispose();
            _sum.Dispose();
        }

        private static TimeSpan? Keeps(JsonElement marker)
        {
            if (marker.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var hour = marker.TryGetProperty("ttl", out var ttl) && ttl.ValueKind == JsonValueKind.String && ttl.ValueEquals("1h");
            return hour ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);
        }
    }
}

/// <summary>The end of a block.</summary>
/// <param name="End">How many bytes the request has up to here.</param>
/// <param name="Sum">The sum over the model and all these bytes.</param>
/// <param name="Keeps">How long the request asks to keep what stands up to here; null where it does not ask.</param>
internal readonly record struct PrefixBlock(int End, string Sum, TimeSpan? Keeps);
