using System.Globalization;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>A list of figures as runners print them: <c>3 failed, 10 passed</c> or <c>Failed: 1, Passed: 2</c>.</summary>
internal sealed class Figures
{
    private const int MostItems = 20;
    private readonly Dictionary<string, int> _figures = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many items of the list were no figures.</summary>
    public int Strangers { get; private set; }

    /// <summary>The sum of the figures with these names; what is not told counts as nothing.</summary>
    public long this[params ReadOnlySpan<string> names]
    {
        get
        {
            var sum = 0L;
            foreach (var name in names)
            {
                sum += _figures.GetValueOrDefault(name);
            }

            return sum;
        }
    }

    /// <summary>Reads <c>3 failed, 10 passed</c>. What stands in brackets behind a word is left out.</summary>
    public static Figures NumberFirst(ReadOnlySpan<char> list, char separator)
    {
        var figures = new Figures();
        var left = MostItems;
        foreach (var range in list.Split(separator))
        {
            var item = list[range].Trim();
            var space = item.IndexOf(' ');
            var word = space < 0 ? [] : item[(space + 1)..].Trim();
            var bracket = word.IndexOf(" (");
            figures.Add(bracket < 0 ? word : word[..bracket], space < 0 ? [] : item[..space]);
            if (--left == 0)
            {
                break;
            }
        }

        return figures;
    }

    /// <summary>Reads <c>Failed: 1, Passed: 2</c>, or with <c>=</c> between name and number.</summary>
    public static Figures NameFirst(ReadOnlySpan<char> list, char between = ':')
    {
        var figures = new Figures();
        var left = MostItems;
        foreach (var range in list.Split(','))
        {
            var item = list[range];
            var at = item.IndexOf(between);
            figures.Add(at < 0 ? [] : item[..at].Trim(), at < 0 ? [] : item[(at + 1)..].Trim());
            if (--left == 0)
            {
                break;
            }
        }

        return figures;
    }

    /// <summary>A number, and nothing else; null when it is none.</summary>
    public static int? Number(ReadOnlySpan<char> text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>True when a figure of this name is there.</summary>
    public bool Has(string name) => _figures.ContainsKey(name);

    /// <summary>True when there are figures, and none but of these names.</summary>
    public bool Only(IReadOnlySet<string> names) => Strangers == 0 && _figures.Count > 0 && _figures.Keys.All(names.Contains);

    private void Add(ReadOnlySpan<char> name, ReadOnlySpan<char> number)
    {
        if (name.IsEmpty || Number(number) is not { } figure)
        {
            Strangers++;
        }
        else
        {
            _figures[name.ToString()] = figure;
        }
    }
}
