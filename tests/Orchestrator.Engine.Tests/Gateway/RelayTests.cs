using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gateway;

public sealed class RelayTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.In("out.sock");

    [Fact]
    public async Task What_one_side_says_the_other_hears_after_the_first_has_said_its_last()
    {
        await using var echo = Echo();
        var (door, port) = Relay.Open(0, Path);
        await using (door)
        {
            using var client = await ConnectAsync(port);
            var said = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(n => $"{n:d9}\n")));
            await using var stream = new NetworkStream(client);
            var saying = SayAsync(client, said);

            using var heard = new MemoryStream();
            await stream.CopyToAsync(heard, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            await saying;

            Assert.Equal([.. said, .. "the end"u8], heard.ToArray());
        }
    }

    [Fact]
    public async Task No_more_than_64_come_in_and_the_next_one_waits()
    {
        await using var echo = Echo();
        var (door, port) = Relay.Open(0, Path);
        await using (door)
        {
            var clients = new List<Socket>();
            for (var n = 0; n < 64; n++)
            {
                clients.Add(await ConnectAsync(port));
                await clients[n].SendAsync("x"u8.ToArray());
                Assert.Equal(1, await clients[n].ReceiveAsync(new byte[1]));
            }

            using var next = await ConnectAsync(port);
            await next.SendAsync("y"u8.ToArray());
            var heard = next.ReceiveAsync(new byte[1]);
            foreach (var client in clients)
            {
                await client.SendAsync("x"u8.ToArray());
                Assert.Equal(1, await client.ReceiveAsync(new byte[1]));
            }

            Assert.False(heard.IsCompleted);
            clients.ForEach(c => c.Dispose());

            Assert.Equal(1, await heard.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Where_nobody_listens_outside_the_connection_ends()
    {
        var (door, port) = Relay.Open(0, Path);
        await using (door)
        {
            using var client = await ConnectAsync(port);
            Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_socket_is_for_nobody_else_and_goes_with_its_door()
    {
        await using (Echo())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
            Assert.Contains("listens there already", Assert.Throws<IOException>(() => UnixSocket.Listen(Path)).Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task A_socket_that_a_crash_left_is_replaced_and_a_file_is_not()
    {
        using (UnixSocket.Listen(_folder.In("other.sock")))
        {
            File.Move(_folder.In("other.sock"), Path); // where its owner does not find it when it goes
        }

        Assert.True(File.Exists(Path));
        await using (Echo())
        {
            Assert.Equal("the end", await Caller.AskAsync(Path, ""));
        }

        _folder.Write("out.sock", "precious");
        Assert.Throws<IOException>(Echo);
        Assert.Equal("precious", File.ReadAllText(Path));
        Assert.Throws<IOException>(() => UnixSocket.Listen(_folder.In(new string('x', 108))));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task SayAsync(Socket client, byte[] said)
    {
        await client.SendAsync(said);
        client.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Says back what it hears, and a word when the other has said its last.</summary>
    private Door Echo() => new(UnixSocket.Listen(Path), async (socket, cancellation) =>
    {
        var buffer = new byte[1000];
        while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var count)
        {
            await socket.SendAsync(buffer.AsMemory(0, count), cancellation);
        }

        await socket.SendAsync("the end"u8.ToArray(), cancellation);
    });
}
