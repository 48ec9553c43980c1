using System.Text;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// A git that stays to be asked one thing after the other, because starting one costs more than most answers. It is started
/// when it is asked first and ends when it was not asked for a while. Nothing depends on it: whoever gets no answer asks a
/// git of its own.
/// </summary>
/// <param name="git">The door.</param>
/// <param name="gitDir">The repository.</param>
/// <param name="arguments">Sub-command and arguments: one that reads questions and answers each before it reads the next.</param>
public sealed class GitConversation(GitCommand git, string gitDir, params string[] arguments)
{
    // How long it stays with nothing to do; and at most, for a git takes the time that it writes into a reflog once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    // git's own exit code for what it gives up.
    private const int Fatal = 128;

    private TalkingProcess? _process;
    private GitAnswer? _answer;
    private DateTimeOffset _since;
    private ITimer? _rest;

    private SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Asks. Questions of several threads follow one another.</summary>
    /// <param name="question">What it reads.</param>
    /// <param name="hear">Reads the answer, to its end.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="final">Whether it counts when it ends and says why, because another would say the same.</param>
    /// <returns>The answer; null when there was none, or not the one that was expected.</returns>
    /// <exception cref="GitFailedException">It ended and said why, and that counts.</exception>
    public async Task<T?> AskAsync<T>(string question, Func<GitAnswer, CancellationToken, Task<T?>> hear, CancellationToken cancellation, bool final = false)
        where T : class
    {
        await Turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Timeout);
            var (process, answer) = await StandingAsync().ConfigureAwait(false);
            var saying = SayAsync(process, Encoding.UTF8.GetBytes(question), limit.Token);
            var heard = await hear(answer, limit.Token).ConfigureAwait(false);
            await saying.ConfigureAwait(false);
            if (heard is null)
            {
                End(kill: true); // nobody knows what it would say next
            }

            return heard;
        }
        catch (EndOfStreamException) when (final && _process is not null)
        {
            var end = await _process.EndAsync().ConfigureAwait(false);
            End(kill: true);
            return end is { ExitCode: Fatal, Errors.Length: > 0 } ? throw new GitFailedException(string.Join(' ', arguments.Take(3)), new GitEnd(end.ExitCode, [], end.Errors)) : null;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidDataException or System.ComponentModel.Win32Exception)
        {
            End(kill: true);
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            (_rest ??= TimeProvider.System.CreateTimer(_ => Rest(), null, Timeout, Timeout)).Change(Patience, Timeout);
            Turn.Release();
        }
    }

    private static async Task SayAsync(TalkingProcess process, byte[] question, CancellationToken cancellation)
    {
        await process.Input.WriteAsync(question, cancellation).ConfigureAwait(false);
        await process.Input.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<(TalkingProcess Process, GitAnswer Answer)> StandingAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        if (now - _since > Longest)
        {
            End(kill: false);
        }

        if (_process is null)
        {
            (_process, _since) = (await TalkingProcess.StartAsync(git.Spec(gitDir, arguments)).ConfigureAwait(false), now);
            _answer = new GitAnswer(_process.Output);
        }

        return (_process, _answer!);
    }

    /// <summary>Nobody asked for a while.</summary>
    private void Rest()
    {
        if (Turn.Wait(0))
        {
            End(kill: false);
            Turn.Release();
        }
    }

    private void End(bool kill)
    {
        if (kill)
        {
            _process?.Kill();
        }
        else
        {
            _process?.Dispose();
        }

        (_process, _answer) = (null, null);
    }
}

/// <summary>What a git says that stays, read piece by piece.</summary>
public sealed class GitAnswer(Stream stream)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _from, _to;

    /// <summary>What is next, without taking it.</summary>
    public async Task<byte> PeekAsync(CancellationToken cancellation)
    {
        if (_from == _to)
        {
            (_from, _to) = (0, await stream.ReadAsync(_buffer, cancellation).ConfigureAwait(false));
            if (_to == 0)
            {
                throw new EndOfStreamException();
            }
        }

        return _buffer[_from];
    }

    /// <summary>All up to a byte, which is taken and left out.</summary>
    public async Task<byte[]> UntilAsync(byte end, CancellationToken cancellation)
    {
        using var said = new MemoryStream();
        while (true)
        {
            await PeekAsync(cancellation).ConfigureAwait(false);
            var length = Array.IndexOf(_buffer, end, _from, _to - _from) is >= 0 and var at ? at - _from : _to - _from;
            said.Write(_buffer, _from, length);
            _from += length;
            if (_from < _to)
            {
                _from++;
                return said.ToArray();
            }
        }
    }

    /// <summary>A line, as text.</summary>
    public async Task<string> LineAsync(CancellationToken cancellation) => Encoding.UTF8.GetString(await UntilAsync((byte)'\n', cancellation).ConfigureAwait(false));

    /// <summary>A number of bytes.</summary>
    public async Task<byte[]> BytesAsync(int count, CancellationToken cancellation)
    {
        var said = new byte[count];
        var have = Math.Min(count, _to - _from);
        Array.Copy(_buffer, _from, said, 0, have);
        _from += have;
        await stream.ReadExactlyAsync(said.AsMemory(have), cancellation).ConfigureAwait(false);
        return said;
    }
}
