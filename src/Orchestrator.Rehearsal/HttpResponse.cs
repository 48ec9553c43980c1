using System.Globalization;
using System.Text;

namespace Orchestrator.Rehearsal;

/// <summary>Writes HTTP/1.1 responses to one connection: whole ones, and streams that can be left unfinished.</summary>
internal sealed class HttpResponse(Stream stream)
{
    private const string Json = "application/json";

    /// <summary>Whether anything of an answer to the current request has been sent.</summary>
    public bool HasBegun { get; private set; }

    public void Renew() => HasBegun = false;

    public Task SendJsonAsync(int status, string body, CancellationToken cancellationToken) =>
        SendJsonAsync(status, body, [], withBody: true, cancellationToken);

    public Task SendJsonAsync(
        int status,
        string body,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        bool withBody,
        CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = Head(status, Json, headers).Append(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}\r\n\r\n");
        return SendAsync([.. Encoding.Latin1.GetBytes(head.ToString()), .. withBody ? bytes : []], cancellationToken);
    }

    /// <summary>Sends the headers of a stream of events, or of a JSON text whose length is not said.</summary>
    public Task BeginAsync(bool events, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        var head = Head(200, events ? "text/event-stream; charset=utf-8" : Json, headers);
        head.Append("Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
        return SendAsync(Encoding.Latin1.GetBytes(head.ToString()), cancellationToken);
    }

    public Task SendPartAsync(string part, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        var size = Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture));
        return SendAsync([.. size, .. "\r\n"u8, .. bytes, .. "\r\n"u8], cancellationToken);
    }

    public Task EndAsync(CancellationToken cancellationToken) => SendAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);

    private static StringBuilder Head(int status, string contentType, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {Reason(status)}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Date: {DateTimeOffset.UtcNow:R}\r\nrequest-id: req_{Guid.NewGuid():N}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return head;
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        429 => "Too Many Requests",
        < 500 => "Error",
        _ => "Server Error",
    };

    private async Task SendAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        HasBegun = true;
        await stream.WriteAsync(bytes, cancellationToken);
    }
}
