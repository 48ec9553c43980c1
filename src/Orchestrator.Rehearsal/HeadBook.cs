namespace Orchestrator.Rehearsal;

/// <summary>The different heads (tools and system prompt) that were sent, so that it can be said how much of one is like another's.</summary>
internal sealed class HeadBook
{
    private const int MostHeads = 64;

    private readonly List<Head> _heads = [];
    private readonly Lock _lock = new();

    /// <summary>
    /// The most bytes from the beginning on that a head has in common with an earlier one of another conversation with the same model; null
    /// when there was none. The head is remembered.
    /// </summary>
    public int? Compare(string? session, string model, ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            var others = _heads.Where(head => head.Model == model && head.IsOfAnother(session)).ToList();
            int? shared = others.Count == 0 ? null : others.Max(head => head.Bytes.Span.CommonPrefixLength(bytes.Span));
            Remember(session, model, bytes);
            return shared;
        }
    }

    private void Remember(string? session, string model, ReadOnlyMemory<byte> bytes)
    {
        if (_heads.Find(head => head.Model == model && head.Bytes.Span.SequenceEqual(bytes.Span)) is { } known)
        {
            known.Second ??= known.First == session ? null : session ?? "";
            return;
        }

        if (_heads.Count == MostHeads)
        {
            _heads.RemoveAt(0);
        }

        _heads.Add(new Head(session, model, bytes.ToArray()));
    }

    // Two conversations are enough to know of every other one that it is not alone.
    private sealed class Head(string? first, string model, ReadOnlyMemory<byte> bytes)
    {
        public string? First { get; } = first;

        public string? Second { get; set; }

        public string Model { get; } = model;

        public ReadOnlyMemory<byte> Bytes { get; } = bytes;

        public bool IsOfAnother(string? session) => First != session || Second is not null;
    }
}
