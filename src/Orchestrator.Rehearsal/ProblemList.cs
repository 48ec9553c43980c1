using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>Reads values of a script and collects everything that is wrong with them.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<ScriptProblem> _problems = [];

    public IReadOnlyList<ScriptProblem> All => [.. _problems.OrderBy(problem => problem.Line)];

    public void Add(int line, string message, string hint) => _problems.Add(new ScriptProblem(file, line, message, hint));

    /// <summary>The known members of an object; unknown ones and repeated ones become problems.</summary>
    public Dictionary<string, LocatedValue> Members(LocatedValue value, string what, params ReadOnlySpan<string> known)
    {
        var found = new Dictionary<string, LocatedValue>(StringComparer.Ordinal);
        if (value.Kind != JsonValueKind.Object)
        {
            Add(value.Line, $"{what} is {Describe(value)}.", "Write an object: { … }.");
            return found;
        }

        foreach (var member in value.Members)
        {
            if (!known.Contains(member.Name))
            {
                Add(member.Line, $"{what} has an unknown key \"{member.Name}\".", $"Known keys here: {string.Join(", ", known)}.");
            }
            else if (!found.TryAdd(member.Name, member.Value))
            {
                Add(member.Line, $"{what} has the key \"{member.Name}\" twice.", "Keep one of them.");
            }
        }

        return found;
    }

    public IReadOnlyList<LocatedValue> Items(LocatedValue value, string what)
    {
        if (value.Kind != JsonValueKind.Array)
        {
            Add(value.Line, $"{what} is {Describe(value)}.", "Write an array: [ … ].");
        }

        return value.Items;
    }

    public string? Text(LocatedValue? value, string what)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Kind == JsonValueKind.String)
        {
            return value.Element.GetString();
        }

        Add(value.Line, $"{what} is {Describe(value)}.", "Write a string in double quotes.");
        return null;
    }

    public int? Number(LocatedValue? value, string what, int least, int most = int.MaxValue)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Kind == JsonValueKind.Number && value.Element.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        var range = most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}";
        Add(value.Line, $"{what} is {Describe(value)}.", $"Write a whole number {range}.");
        return null;
    }

    public string? Choice(LocatedValue? value, string what, params ReadOnlySpan<string> choices)
    {
        var text = Text(value, what);
        if (text is null || choices.Contains(text))
        {
            return text;
        }

        Add(value!.Line, $"{what} is \"{text}\".", $"Write one of: {string.Join(", ", choices)}.");
        return null;
    }

    private static string Describe(LocatedValue value) => value.Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        _ => value.Element.GetRawText(),
    };
}
