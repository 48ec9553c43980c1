using System.Security.Cryptography;

namespace Orchestrator.Engine.Gateway;

/// <summary>Which turns may ask, by which key, and what each has used.</summary>
internal sealed class TurnBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenTurn> _byName = [];
    private readonly Dictionary<string, OpenTurn> _byKey = [];

    /// <summary>A new turn. Its key names it for those who look, and cannot be guessed by another turn.</summary>
    public string Open(string turn, TurnCap cap)
    {
        var name = string.Concat(turn.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var key = $"sk-ant-dummy-{name}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        lock (_lock)
        {
            _byName.Add(turn, new OpenTurn(turn, key, cap));
            _byKey.Add(key, _byName[turn]);
        }

        return key;
    }

    /// <summary>The turn ends, and whatever it still asks.</summary>
    public TurnUse? Close(string turn)
    {
        OpenTurn? open;
        lock (_lock)
        {
            if (!_byName.Remove(turn, out open))
            {
                return null;
            }

            _byKey.Remove(open.Key);
        }

        open.Dispose();
        return open.Used;
    }

    /// <summary>What an open turn has used so far.</summary>
    public TurnUse? Used(string turn)
    {
        lock (_lock)
        {
            return _byName.GetValueOrDefault(turn)?.Used;
        }
    }

    /// <summary>The turn that a request names; null when there is none, or no longer.</summary>
    public OpenTurn? Find(HttpHead head)
    {
        var key = head.Single("x-api-key");
        if (head.Single("authorization") is { } authorization)
        {
            const string Bearer = "Bearer ";
            key = key is null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
        }

        lock (_lock)
        {
            return key is null ? null : _byKey.GetValueOrDefault(key);
        }
    }
}

/// <summary>A turn that may ask.</summary>
internal sealed class OpenTurn(string name, string key, TurnCap cap) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closed = new();
    private TurnUse _used = new();
    private bool _over;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The key that it asks with.</summary>
    public string Key => key;

    /// <summary>Cancelled when the turn is closed.</summary>
    public CancellationToken Closed
    {
        get
        {
            lock (_lock)
            {
                return _over ? new CancellationToken(canceled: true) : _closed.Token;
            }
        }
    }

    /// <summary>What it has used so far.</summary>
    public TurnUse Used
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
        }
    }

    /// <summary>Lets a request through and counts it, or says why not.</summary>
    /// <param name="asksModel">Whether the model is asked, which is what counts.</param>
    public string? Admit(bool asksModel)
    {
        lock (_lock)
        {
            var refusal = cap.Refusal(_used);
            _used = _used.Plus(new TurnUse(Requests: refusal is null && asksModel ? 1 : 0, Refused: refusal is null ? 0 : 1));
            return refusal;
        }
    }

    /// <summary>Adds what an answer says.</summary>
    public void Add(TurnUse more)
    {
        lock (_lock)
        {
            _used = _used.Plus(more);
        }
    }

    /// <summary>Ends what is under way.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _over = true;
        }

        _closed.Cancel();
        _closed.Dispose();
    }
}
