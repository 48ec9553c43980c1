namespace Orchestrator.Rehearsal;

/// <summary>
/// The provider's cache of prompts: what an earlier request asked to keep can be read once its answer has begun, and lives on for as long
/// as it asked, anew with each use.
/// </summary>
internal sealed class PromptCache(TimeProvider time)
{
    private const int MostPrefixes = 10_000;
    private const int LooksBack = 20;

    private readonly Dictionary<string, (DateTimeOffset Until, TimeSpan Keeps)> _readable = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>What a request costs that comes now. Four bytes make a token.</summary>
    public RehearsedTokens Reckon(RequestPrefix prefix, int requestBytes, int outputTokens)
    {
        var total = MessageWriter.TokensOf(requestBytes);
        var last = LastMarked(prefix);
        var asked = last < 0 ? 0 : Tokens(prefix.Blocks[last].End);
        var read = Math.Min(Tokens(ReadableBytes(prefix)), total);
        asked = Math.Clamp(asked, read, total);
        var hour = last >= 0 && prefix.Blocks[last].Keeps > TimeSpan.FromMinutes(5);
        return new RehearsedTokens(total - asked, asked - read, read, outputTokens, hour);
    }

    /// <summary>The answer to a request has begun: from now on others can read what it asked to keep.</summary>
    public void Keep(RequestPrefix prefix)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var block in prefix.Blocks.Where(block => block.Keeps is not null))
            {
                _readable[block.Sum] = (now + block.Keeps!.Value, block.Keeps.Value);
            }

            if (_readable.Count > MostPrefixes)
            {
                Forget(now);
            }
        }
    }

    private int ReadableBytes(RequestPrefix prefix)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            for (var number = LastMarked(prefix); number >= 0; number--)
            {
                var block = prefix.Blocks[number];
                if (IsLookedAt(prefix, number) && _readable.TryGetValue(block.Sum, out var kept) && kept.Until > now)
                {
                    _readable[block.Sum] = (now + kept.Keeps, kept.Keeps);
                    return block.End;
                }
            }

            return 0;
        }
    }

    // The provider looks from each marker back over a number of blocks, not over the whole request.
    private static bool IsLookedAt(RequestPrefix prefix, int number)
    {
        for (var ahead = number; ahead < prefix.Blocks.Count && ahead <= number + LooksBack; ahead++)
        {
            if (prefix.Blocks[ahead].Keeps is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static int LastMarked(RequestPrefix prefix)
    {
        var last = prefix.Blocks.Count - 1;
        while (last >= 0 && prefix.Blocks[last].Keeps is null)
        {
            last--;
        }

        return last;
    }

    private static int Tokens(int bytes) => bytes / 4;

    private void Forget(DateTimeOffset now)
    {
        var most = MostPrefixes * 9 / 10;
        var over = _readable.Where(kept => kept.Value.Until <= now).Select(kept => kept.Key).ToList();
        over.AddRange(_readable.OrderBy(kept => kept.Value.Until).Take(_readable.Count - most).Select(kept => kept.Key));
        over.ForEach(sum => _readable.Remove(sum));
    }
}
