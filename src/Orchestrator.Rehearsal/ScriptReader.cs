using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>Turns the text of a script into a <see cref="RehearsalScript"/> and everything that is wrong with it.</summary>
internal sealed class ScriptReader
{
    private readonly ProblemList _problems;
    private readonly StepReader _steps;
    private readonly LimitReader _limits;

    private ScriptReader(ProblemList problems)
    {
        _problems = problems;
        _steps = new StepReader(problems);
        _limits = new LimitReader(problems, ReadOccasion);
    }

    public static (RehearsalScript Script, IReadOnlyList<ScriptProblem> Problems) Read(string json, string fileName)
    {
        var problems = new ProblemList(fileName);
        var script = new RehearsalScript([], [], [], []);
        try
        {
            script = new ScriptReader(problems).ReadScript(LocatedJson.Parse(json));
        }
        catch (JsonException exception)
        {
            problems.Add(
                (int)(exception.LineNumber ?? 0) + 1,
                $"This is not JSON: {exception.Message}",
                "Comments and trailing commas are allowed, everything else is as in plain JSON.");
        }

        return (script, problems.All);
    }

    private RehearsalScript ReadScript(LocatedValue root)
    {
        var members = _problems.Members(root, "The script", "conversations", "fallback", "limits", "windows");
        var conversations = new List<ScriptedConversation>();
        if (members.GetValueOrDefault("conversations") is { } list)
        {
            foreach (var item in _problems.Items(list, "\"conversations\""))
            {
                conversations.Add(ReadConversation(item));
            }
        }

        var fallback = members.GetValueOrDefault("fallback") is { } steps ? _steps.ReadAll(steps, "\"fallback\"") : [];
        var limits = members.GetValueOrDefault("limits") is { } limited ? _limits.ReadLimits(limited) : [];
        var windows = members.GetValueOrDefault("windows") is { } open ? _limits.ReadWindows(open) : [];
        return new RehearsalScript(conversations, fallback, limits, windows);
    }

    private ScriptedConversation ReadConversation(LocatedValue value)
    {
        var members = _problems.Members(value, "A conversation", "when", "steps");
        var when = members.GetValueOrDefault("when") is { } occasion ? ReadOccasion(occasion, "\"when\"") : new Occasion(null, null, null, null);
        if (members.GetValueOrDefault("steps") is { } steps)
        {
            return new ScriptedConversation(when, _steps.ReadAll(steps, "\"steps\""));
        }

        if (value.Kind == JsonValueKind.Object)
        {
            _problems.Add(value.Line, "A conversation has no \"steps\".", "Add \"steps\": [ … ], it may be empty.");
        }

        return new ScriptedConversation(when, []);
    }

    private Occasion ReadOccasion(LocatedValue value, string what)
    {
        var members = _problems.Members(value, what, "milestone", "role", "attempt", "round");
        var milestone = _problems.Text(members.GetValueOrDefault("milestone"), "\"milestone\"");
        return new Occasion(
            milestone == "*" ? null : milestone,
            _problems.Choice(members.GetValueOrDefault("role"), "\"role\"", "implement", "review", "remediate", "resolve", "check", "plan"),
            _problems.Number(members.GetValueOrDefault("attempt"), "\"attempt\"", least: 0),
            _problems.Number(members.GetValueOrDefault("round"), "\"round\"", least: 0));
    }
}
