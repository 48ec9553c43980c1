using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>What was refused in one attempt at a milestone, and by whom.</summary>
internal sealed class Verdicts
{
    private readonly HashSet<(string Content, Judge By)> _refused = [];
    private string? _content;

    /// <summary>The loop stands still or goes round: nobody may be asked again in this attempt.</summary>
    public bool Stuck { get; private set; }

    /// <summary>A worktree was made, with earlier work or none.</summary>
    public void Begin(string? carried) => _content = carried;

    /// <summary>Work was committed; after a remediation it must not be what was refused before.</summary>
    public void Commit(Event.WorkCommitted e, Role after)
    {
        _content = e.Commit is null ? _content : e.Tree;
        Stuck |= e.Commit is not null && after == Role.Remediate && _refused.Any(r => r.Content == _content);
    }

    /// <summary>The same content refused twice by the same judge.</summary>
    public void Refuse(Judge by) => Stuck |= !_refused.Add((_content!, by));

    /// <summary>A new attempt knows nothing of the one before.</summary>
    public void Forget()
    {
        Stuck = false;
        _refused.Clear();
    }
}
