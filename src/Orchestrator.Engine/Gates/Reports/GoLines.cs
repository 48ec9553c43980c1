using System.Text.Json;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>
/// <c>go test</c>, plain and with <c>-json</c>, and gotestsum. Without <c>-v</c> Go tells no figures: then the tests
/// that failed are all that is known, and a run in which none did tells nothing.
/// </summary>
internal sealed class GoLines : RunnerLines
{
    private const int MostSpoilt = 50;
    private readonly HashSet<string> _redPackages = new(StringComparer.Ordinal);
    private readonly List<string> _red = [];
    private readonly TallySum _plain = new();
    private readonly TallySum _done = new();
    private long _total;
    private long _failed;
    private long _skipped;
    private int _spoilt;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.TrimStart();
        if (After(text, "--- ") is { Length: > 6 } result && result[4..6] == ": " && WithoutDuration(result[6..], '(', ')') is { } name)
        {
            if (Count(result[..4]))
            {
                _red.Add(name);
            }
        }
        else if (After(line, "ok  \t") is { } green)
        {
            EndPackage(Before(green, "\t"));
        }
        else if (After(line, "FAIL\t") is { } red)
        {
            TakeRedPackage(Before(Before(red, "\t"), " [")); // "[build failed]", "[setup failed]"
        }
        else if (line.StartsWith('{') && line.EndsWith('}') && line.Contains("\"Package\":", StringComparison.Ordinal) && _spoilt < MostSpoilt)
        {
            TakeJson(line);
        }
        else if (After(line, "=== FAIL: ") is { } listed && WithoutDuration(listed, '(', ')') is { } test)
        {
            _done.Name(test.Replace(' ', '.'));
        }
        else if (After(line, "DONE ") is { } done && done.LastIndexOf(" in ", StringComparison.Ordinal) is > 0 and var at)
        {
            var figures = Figures.NumberFirst(done.AsSpan(0, at), ',');
            if (figures.Has("tests") || figures.Has("test"))
            {
                _done.Add(figures["tests", "test"], figures["failure", "failures", "error", "errors"], figures["skipped"]);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        EndPackage(null);
        if (_total > 0)
        {
            _plain.Add(_total, _failed, _skipped);
        }

        var plain = _plain.Tally();
        if ((_done.Tally() ?? plain) is { } tally)
        {
            Sum.Add(tally.Failing.Count > 0 || plain is null ? tally : tally with { Failing = plain.Failing });
        }
    }

    private bool Count(string outcome)
    {
        var red = outcome is "FAIL" or "fail";
        _total += red || outcome is "PASS" or "pass" or "SKIP" or "skip" ? 1 : 0;
        _failed += red ? 1 : 0;
        _skipped += outcome is "SKIP" or "skip" ? 1 : 0;
        return red;
    }

    private void EndPackage(string? package)
    {
        foreach (var name in _red)
        {
            _plain.Name(package is null ? name : $"{package}.{name}");
        }

        _red.Clear();
    }

    /// <summary>One that does not build, or ends by itself, is red without a red test.</summary>
    private void TakeRedPackage(string package)
    {
        if (_red.Count == 0)
        {
            Count("FAIL");
            _plain.Name(package);
        }

        EndPackage(package);
    }

    private void TakeJson(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var fact = document.RootElement;
            if (Word(fact, "Action") is not { } action || Word(fact, "Package") is not { } package)
            {
                return;
            }

            if (Word(fact, "Test") is { } test)
            {
                if (Count(action))
                {
                    _redPackages.Add(package);
                    _plain.Name($"{package}.{test}");
                }
            }
            else if (action == "fail" && !_redPackages.Contains(package))
            {
                Count(action);
                _plain.Name(package);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            _spoilt++; // it is something else's output; an exception for each line would take long
        }
    }

    private static string? Word(JsonElement fact, string name) => fact.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
