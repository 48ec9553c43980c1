using System.Buffers;
using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Gateway;

/// <summary>
/// The head of a request. Two readers who understand one request in different ways are how one is smuggled past the
/// first of them, so that whatever could be understood in two ways is refused here, harmless or not.
/// </summary>
internal sealed class HttpHead
{
    private static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private HttpHead(string method, string target, IReadOnlyList<KeyValuePair<string, string>> headers) =>
        (Method, Target, Headers) = (method, target, headers);

    /// <summary>In capitals or not, as it came.</summary>
    public string Method { get; }

    /// <summary>As it came, with the query.</summary>
    public string Target { get; }

    /// <summary>The target without the query.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>All headers in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>How long the body is; null when it comes in chunks.</summary>
    public long? Length { get; private init; }

    /// <summary>Whether a body follows.</summary>
    public bool HasBody => Length is not 0;

    /// <summary>Whether the client waits for a word before it sends the body.</summary>
    public bool WaitsToContinue { get; private init; }

    /// <summary>Whether the connection ends with this request.</summary>
    public bool WantsClose => Options("connection").Contains("close", StringComparer.OrdinalIgnoreCase);

    /// <summary>The one value of a header; null when it is missing.</summary>
    /// <exception cref="RefusedRequestException">It is there twice.</exception>
    public string? Single(string name)
    {
        string? found = null;
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = found is null ? value : throw RefusedRequestException.Malformed($"The header {name} is there twice.");
            }
        }

        return found;
    }

    /// <summary>The words of a header that is a list, however often it is there.</summary>
    public IEnumerable<string> Options(string name) => Headers
        .Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        .SelectMany(h => h.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Reads a head.</summary>
    /// <param name="bytes">All of it, the empty line at its end included; each line ends with CR LF.</param>
    /// <exception cref="RefusedRequestException">It is not plainly one thing.</exception>
    public static HttpHead Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n"u8);
        var (method, target) = RequestLine(bytes[..end]);
        var headers = new List<KeyValuePair<string, string>>();
        for (var rest = bytes[(end + 2)..]; (end = rest.IndexOf("\r\n"u8)) > 0; rest = rest[(end + 2)..])
        {
            headers.Add(Header(rest[..end]));
        }

        var raw = new HttpHead(method, target, headers);
        _ = raw.Single("host") ?? throw RefusedRequestException.Malformed("The header host is missing.");
        return new HttpHead(method, target, headers) { Length = LengthOf(raw), WaitsToContinue = Waits(raw) };
    }

    private static (string Method, string Target) RequestLine(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || !line[(last + 1)..].SequenceEqual("HTTP/1.1"u8) || line[..first].ContainsAnyExcept(Token))
        {
            throw RefusedRequestException.Malformed("The request line is not HTTP/1.1.");
        }

        var target = line[(first + 1)..last];
        return target.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e) || target.Contains((byte)'#')
            ? throw RefusedRequestException.Malformed("The target has a character that belongs in none.")
            : (Encoding.ASCII.GetString(line[..first]), Encoding.ASCII.GetString(target));
    }

    private static KeyValuePair<string, string> Header(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(Token))
        {
            throw RefusedRequestException.Malformed(line[0] is (byte)' ' or (byte)'\t' ? "A header goes on in the next line." : "The name of a header is malformed.");
        }

        var value = line[(colon + 1)..].Trim(" \t"u8);
        foreach (var character in value)
        {
            if (character is (< 0x20 and not (byte)'\t') or 0x7f)
            {
                throw RefusedRequestException.Malformed("A header holds a control character.");
            }
        }

        return new(Encoding.ASCII.GetString(line[..colon]), Encoding.Latin1.GetString(value));
    }

    private static long? LengthOf(HttpHead head)
    {
        var length = head.Single("content-length");
        if (head.Single("transfer-encoding") is not { } encoding)
        {
            return length is null ? 0
                : length.Length is > 0 and < 18 && length.All(char.IsAsciiDigit) ? long.Parse(length, CultureInfo.InvariantCulture)
                : throw RefusedRequestException.Malformed("The length of the body is malformed.");
        }

        return length is not null ? throw RefusedRequestException.Malformed("The body has both a length and a transfer encoding.")
            : encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? null
            : throw RefusedRequestException.Malformed("The only transfer encoding here is chunked.");
    }

    private static bool Waits(HttpHead head) => head.Single("expect") is { } expected
        && (expected.Equals("100-continue", StringComparison.OrdinalIgnoreCase) ? true : throw RefusedRequestException.Malformed("The header expect asks for something unknown."));
}
