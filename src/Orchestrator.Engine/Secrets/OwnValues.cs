using System.Buffers;
using System.Text;

namespace Orchestrator.Engine.Secrets;

/// <summary>Our own credentials, word for word, and as they look in base64 and in an address.</summary>
internal sealed class OwnValues
{
    /// <summary>The rule's name.</summary>
    public const string Rule = "own-credential";

    private const string Title = "one of your own credentials";

    /// <summary>What is shorter is found everywhere and protects nothing.</summary>
    private const int Shortest = 8;

    private readonly string[] _forms;
    private readonly SearchValues<string> _anchors;

    /// <summary>Those of some values that are long enough.</summary>
    public OwnValues(IEnumerable<string> values)
    {
        _forms = [.. values.Select(value => value.Trim()).Where(value => value.Length >= Shortest).SelectMany(FormsOf).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)];
        _anchors = SearchValues.Create(_forms, StringComparison.Ordinal);
    }

    /// <summary>Finds them.</summary>
    public void Find(ReadOnlySpan<char> text, List<SecretSpan> found)
    {
        for (var at = 0; _forms.Length > 0 && text[at..].IndexOfAny(_anchors) is >= 0 and var step;)
        {
            at += step;
            var length = LengthAt(text[at..]);
            found.Add(new SecretSpan(Rule, Title, at, length));
            at += length;
        }
    }

    private int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var form in _forms)
        {
            if (text.StartsWith(form, StringComparison.Ordinal))
            {
                return form.Length;
            }
        }

        return 1;
    }

    private static IEnumerable<string> FormsOf(string value)
    {
        yield return value;
        yield return Uri.EscapeDataString(value);
        yield return value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(value);
        for (var shift = 0; shift < 3; shift++)
        {
            // Something may stand before it and after it: what is mixed with that is left out.
            var mixed = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            var first = shift == 0 ? 0 : shift + 1;
            var last = (bytes.Length + shift) * 8 / 6;
            var form = mixed[first..last];
            if (form.Length >= Shortest)
            {
                yield return form;
                yield return form.Replace('+', '-').Replace('/', '_');
            }
        }
    }
}
