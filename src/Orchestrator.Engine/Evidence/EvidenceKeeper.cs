using System.Text;
using System.Text.Json;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Evidence;

/// <summary>
/// Keeps the folder of each milestone telling its story: <c>evidence.json</c>, whole, and <c>events.jsonl</c>. All of it
/// follows from the journal; what a crash left out is made anew at the next start, so none of it waits for the disk.
/// </summary>
/// <param name="places">Where.</param>
/// <param name="gates">The gates of the settings.</param>
public sealed class EvidenceKeeper(EvidencePlaces places, IReadOnlyList<GateCommand> gates) : IObserver
{
    private readonly Sparing _sparing = new();
    private RunState? _state;
    private Chronicle? _chronicle;

    /// <summary>Takes a fact of the past in; nothing is written. What happened before the start comes here.</summary>
    public void Recall(Event fact, RunState state, DateTimeOffset at)
    {
        _chronicle = Chronicle.Take(_chronicle, fact, _state, state, at);
        _state = state;
    }

    /// <summary>Writes everything anew from the facts of the past.</summary>
    /// <param name="facts">All of them; those recalled.</param>
    /// <param name="owners">For each, the milestones that it concerns.</param>
    public void WriteAll(IReadOnlyList<Entry> facts, IReadOnlyList<IReadOnlyList<int>> owners)
    {
        if (_state is not { } state)
        {
            return;
        }

        var lines = state.Plan.Milestones.Select(_ => new StringBuilder()).ToArray();
        for (var i = 0; i < facts.Count; i++)
        {
            foreach (var owner in owners[i])
            {
                lines[owner].Append(LineOf(facts[i].Fact, facts[i].At));
            }
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var dossier = _chronicle!.Milestones[i];
            if (lines[i].Length > 0 || dossier.Moments.Count > 0)
            {
                Directory.CreateDirectory(places.Of(dossier.Id));
                Replace(Path.Combine(places.Of(dossier.Id), EvidencePlaces.FactsName), lines[i].ToString());
                Write(state, i);
            }
        }

        WriteRun(new Tale(state, _chronicle!, gates));
    }

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        var (before, then) = (_state, _chronicle);
        Recall(fact, state, at);
        var concerned = Chronicle.Concerned(fact, before).ToHashSet();
        foreach (var owner in concerned)
        {
            Directory.CreateDirectory(places.Of(IdOf(state, owner)));
            File.AppendAllText(Path.Combine(places.Of(IdOf(state, owner)), EvidencePlaces.FactsName), LineOf(fact, at));
        }

        if (then is not null && before is not null)
        {
            var changed = _chronicle!.Milestones.Differences(then.Milestones)
                .Concat(fact is Event.Answered ? [] : concerned)
                .Concat(Others(before, state).Where(i => _chronicle.Milestones[i].Moments.Count > 0));
            foreach (var i in changed.Distinct())
            {
                Directory.CreateDirectory(places.Of(IdOf(state, i)));
                Write(state, i);
            }
        }

        if (then is null || then.Moments != _chronicle!.Moments || then.Limits != _chronicle.Limits || state.Final is not null)
        {
            var tale = new Tale(state, _chronicle!, gates);
            _sparing.Show(() => WriteRun(tale), last: state.Final is not null);
        }
    }

    /// <summary>The milestones of which something that concerns the whole run made another thing although they stand as they stood: the run's end, what has not landed, a verdict.</summary>
    private static IEnumerable<int> Others(RunState before, RunState state) =>
        before.Final != state.Final || before.Unlanded != state.Unlanded
            ? Enumerable.Range(0, state.Milestones.Count)
            : state.Culprits.Skip(before.Culprits.Count).SelectMany(c => c.Together).Select(id => state.Plan.IndexOf(id)).OfType<int>();

    private static MilestoneId IdOf(RunState state, int index) => state.Plan.Milestones[index].Id;

    private void Write(RunState state, int index) =>
        Replace(Path.Combine(places.Of(IdOf(state, index)), EvidencePlaces.FileName), EvidenceJson.Milestone(new Tale(state, _chronicle!, gates), index, places));

    private void WriteRun(Tale tale)
    {
        Directory.CreateDirectory(places.Run);
        Replace(Path.Combine(places.Run, EvidencePlaces.FileName), EvidenceJson.Run(tale, places));
    }

    /// <summary>Whole for whoever reads it now. That it survives a power cut nobody needs: the journal does.</summary>
    private static void Replace(string path, string text)
    {
        var draft = path + ".new";
        File.WriteAllText(draft, text);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>A fact as the journal spells it, with its time.</summary>
    private static string LineOf(Event fact, DateTimeOffset at)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("at", at);
            json.WriteString("fact", JournalNames.Of(fact));
            json.WritePropertyName("body");
            json.WriteRawValue(EventCodec.Write(fact), skipInputValidation: true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }
}
