using System.Collections.Concurrent;
using System.Globalization;

namespace Orchestrator.Rehearsal;

/// <summary>Finds the step that comes next in a conversation.</summary>
internal sealed class Player(RehearsalScript script)
{
    private readonly ConcurrentDictionary<string, int> _faultsPlayed = new(StringComparer.Ordinal);

    /// <summary>The next step and its place in the script's list; a step of null means that the conversation has used up its steps.</summary>
    public Cue Next(Conversation conversation, string? sessionId)
    {
        var (number, steps) = Find(conversation.Header);
        if (steps is null)
        {
            return new Cue(new Step.Say("ok"), 0);
        }

        var answers = 0;
        for (var index = 0; index < steps.Count; index++)
        {
            if (steps[index] is Step.Fault fault)
            {
                // A fault leaves no message behind, so only those that stand right before the awaited answer can be due.
                if (answers == conversation.AnswersSinceHeader && IsDue(fault, Key(conversation, sessionId, number, index)))
                {
                    return new Cue(fault, index);
                }
            }
            else if (answers++ == conversation.AnswersSinceHeader)
            {
                return new Cue(steps[index], index);
            }
        }

        return new Cue(new Step.Say("done"), steps.Count);
    }

    private (int Number, IReadOnlyList<Step>? Steps) Find(PromptHeader? header)
    {
        for (var number = 0; header is not null && number < script.Conversations.Count; number++)
        {
            if (script.Conversations[number].When.Covers(header))
            {
                return (number, script.Conversations[number].Steps);
            }
        }

        return (-1, script.Fallback.Count == 0 ? null : script.Fallback);
    }

    private bool IsDue(Step.Fault fault, string key) =>
        fault.Times is not { } times || _faultsPlayed.AddOrUpdate(key, 1, (_, played) => played >= times ? times + 1 : played + 1) <= times;

    private static string Key(Conversation conversation, string? sessionId, int number, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{sessionId}|{conversation.Header}|{number}|{index}");
}

/// <summary>A step and its place in its list, counted from 0.</summary>
internal sealed record Cue(Step Step, int Index);
