namespace Orchestrator.Engine.Gates.Reports;

/// <summary>The Test Anything Protocol. Of nested tests the innermost count; those around them only say the same again.</summary>
internal sealed class TapLines : RunnerLines
{
    private const int Deepest = 400;
    private const int MostAround = 8;
    private readonly List<(int Indent, string Title)> _around = [];
    private readonly TallySum _points = new();
    private int _last;
    private int? _yaml;
    private bool _isTap;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.TrimStart();
        var indent = Math.Min(line.Length - text.Length, Deepest);
        text = text.TrimEnd();
        var ok = text.StartsWith("ok ", StringComparison.Ordinal) || text == "ok";
        if (ok || text.StartsWith("not ok", StringComparison.Ordinal))
        {
            if (_yaml is { } inside && indent >= inside)
            {
                return;
            }

            _yaml = null;
            TakePoint(text[(ok ? 2 : 6)..], ok, indent);
        }
        else if (text is "---" or "...")
        {
            _yaml = text == "---" ? _yaml ?? indent : null;
        }
        else if (After(text, "# Subtest: ") is { } title)
        {
            _around.RemoveAll(a => a.Indent >= indent);
            _around.Add((indent, title));
        }
        else if (text.StartsWith("TAP version 1", StringComparison.Ordinal))
        {
            _isTap = true;
        }
        else if (After(text, "1..") is { } plan && Figures.Number(Before(plan, " ")) is { } planned)
        {
            _isTap = true;
            if (planned == 0 && indent == 0)
            {
                _points.Add(0, 0, 0);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_isTap && _points.Tally() is { } tally)
        {
            Sum.Add(tally);
        }
    }

    private void TakePoint(string text, bool ok, int indent)
    {
        if (text.Length > 0 && text[0] != ' ')
        {
            return; // "not okay"
        }

        var isAround = _last > indent;
        _last = indent;
        if (isAround)
        {
            return;
        }

        var mark = text.LastIndexOf(" # ", StringComparison.Ordinal);
        var directive = mark < 0 ? "" : text[(mark + 3)..];
        var skipped = directive.StartsWith("skip", StringComparison.OrdinalIgnoreCase) || directive.StartsWith("todo", StringComparison.OrdinalIgnoreCase);
        var red = !ok && !skipped;
        _points.Add(1, red ? 1 : 0, skipped ? 1 : 0);
        if (red)
        {
            var name = text.AsSpan().TrimStart().TrimStart("0123456789").TrimStart().ToString();
            name = After(name, "- ") ?? name;
            _points.Name(string.Join(" > ", [.. _around.Where(a => a.Indent < indent).Select(a => a.Title).TakeLast(MostAround), name]));
        }
    }
}
