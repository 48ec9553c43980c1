using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Engine.Tests.Gateway;

/// <summary>Somebody at a unix socket who says exactly what a test wants.</summary>
internal sealed class Caller : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StringBuilder _heard = new();

    public Caller(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    /// <summary>What was heard so far.</summary>
    public string Heard => _heard.ToString();

    /// <summary>A request for a message, as the CLI would make it.</summary>
    public static string Message(string key, string body = "{}", string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $"POST /v1/messages?beta=true HTTP/1.1\r\nHost: 127.0.0.1:1\r\nx-api-key: {key}\r\nContent-Type: application/json\r\n{more}Content-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>Says one thing on a connection of its own, and hears all of the answer.</summary>
    public static async Task<string> AskAsync(string path, string text)
    {
        using var caller = new Caller(path);
        await caller.SayAsync(text);
        caller.Finish();
        return await caller.HearAllAsync();
    }

    public async Task SayAsync(string text)
    {
        try
        {
            await _socket.SendAsync(Encoding.Latin1.GetBytes(text));
        }
        catch (SocketException)
        {
            // It was answered before all was said.
        }
    }

    /// <summary>Has said its last.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Hears until a text has come.</summary>
    public async Task<string> HearAsync(string text)
    {
        while (!Heard.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(await HearSomeAsync() > 0, $"'{text}' did not come:\n{Heard}");
        }

        return Heard;
    }

    /// <summary>Hears to the end.</summary>
    public async Task<string> HearAllAsync()
    {
        while (await HearSomeAsync() > 0)
        {
        }

        return Heard;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> HearSomeAsync()
    {
        var buffer = new byte[16 * 1024];
        var count = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        _heard.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return count;
    }
}
