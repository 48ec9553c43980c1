using Orchestrator.Core;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Logs;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Notices;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;
using Serilog.Events;

namespace Orchestrator.Engine.Running;

/// <summary>One start of the program on a repository: lease, recovery, run, end. Puts the rooms together; decides nothing.</summary>
/// <param name="user">The environment we were started in.</param>
/// <param name="agents">Gives the agents' program and environment.</param>
/// <param name="observers">Whoever watches besides log, metrics and TASKS.md.</param>
/// <param name="time">The clock.</param>
public sealed class RunSession(UserEnvironment user, AgentSource agents, IReadOnlyList<IObserver> observers, TimeProvider time)
{
    private const long Mebi = 1 << 20;
    private static readonly int MostProcesses = Math.Max(4096, 64 * Environment.ProcessorCount);
    private const long MostPrinted = 256 * Mebi;
    private const long LeastDisk = 256 * Mebi;
    private readonly Lock _lock = new();
    private readonly List<Event> _early = [];
    private RunLoop? _loop;

    /// <summary>Problems that stop nothing, as soon as they are known.</summary>
    public Action<IReadOnlyList<Problem>> Warn { get; init; } = _ => { };

    /// <summary>What a person should know at once: the disk is full, a part of the program failed.</summary>
    public Action<string> Alarm { get; init; } = _ => { };

    /// <summary>Asks the run to stop. From any thread, at any time.</summary>
    public void Ask(StopRequest request) => Tell(new Event.StopAsked(request));

    /// <summary>Asks the run to pause, or to go on. From any thread, at any time.</summary>
    public void Pause(bool pause) => Tell(new Event.PauseAsked(pause));

    private void Tell(Event fact)
    {
        lock (_lock)
        {
            if (_loop is { } loop)
            {
                loop.Tell(fact);
            }
            else
            {
                _early.Add(fact);
            }
        }
    }

    /// <summary>Runs to whatever end.</summary>
    public async Task<RunEnd> RunAsync(RunRequest request, CancellationToken cancellation)
    {
        var (repository, problems) = await Repository.OpenAsync(request.Folder, user, cancellation).ConfigureAwait(false);
        if (repository is null)
        {
            return new RunEnd.Refused(problems);
        }

        var (lease, holder) = Lease.Take(repository.Places.Lease, time.GetUtcNow());
        using (lease)
        {
            return lease is null ? new RunEnd.Busy(holder) : await RunUnderLeaseAsync(request, repository, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<RunEnd> RunUnderLeaseAsync(RunRequest request, Repository repository, CancellationToken cancellation)
    {
        OpenFiles.RaiseLimit();
        var places = repository.Places;
        var read = SettingsReader.Load(places.Root, user);
        if (read.Settings is not { } settings)
        {
            // The plan's faults are told in the same breath, so that nobody mends them one by one.
            return new RunEnd.Refused([.. read.Problems, .. Plans.MilestoneFolder.Read(places.Root).Problems]);
        }

        var logs = Path.GetFullPath(settings.LogDir, places.Root);
        if (Preflight.Folders(places, logs) is { Count: > 0 } misplaced)
        {
            return new RunEnd.Refused(misplaced);
        }

        await StateFolder.EnsureAsync(repository, logs, cancellation).ConfigureAwait(false);
        var recovered = await new Recovery(repository).RunAsync(cancellation).ConfigureAwait(false);
        using var journal = RunJournal.OpenToWrite(places.Journal, time.GetUtcNow());
        var fence = await Fences.LookAsync(settings.Fence, cancellation).ConfigureAwait(false);
        var opening = new RunOpening(repository, journal, settings, time, fence.Level == FenceLevel.SharedNetwork && settings.Fence.Network == FenceNetwork.Model ? FenceLevel.Gateway : fence.Level);
        var opened = await opening.OpenAsync(request, cancellation).ConfigureAwait(false);
        List<Problem> problems = [.. read.Problems, .. opening.Problems, .. Fences.ProblemsOf(fence, settings.Fence.Isolation)];
        if (problems.Exists(p => p.Severity == Severity.Error))
        {
            return new RunEnd.Refused(problems);
        }

        if (opened is null)
        {
            if (opening.Last is { } last)
            {
                TasksObserver.CatchUp(new LiveTasks(places), last);
                CatchUp(journal, places, last, settings);
            }

            return new RunEnd.NothingToDo(problems);
        }

        if (await agents(settings, places, problems).ConfigureAwait(false) is not { } agent)
        {
            return new RunEnd.Refused(problems);
        }

        Action<string> sayOfLogin = _ => { };
        await using var ways = fence.Fence is null ? null : WaysOut.Make(settings.Fence, ModelAccess.Find(agent.Program, agent.Environment, time, text => sayOfLogin(text)), time, problems);
        if (problems.Exists(p => p.Severity == Severity.Error))
        {
            return new RunEnd.Refused(problems);
        }

        problems.AddRange(EntryLook.Warnings(opened.Plan.Milestones.Where(m => !NotOf(opened).Contains(m.Id)), new UserEnvironment(agent.Environment)));
        Warn(problems);
        Directory.CreateDirectory(logs);
        var secrets = new SecretGuard(settings.Secrets, [.. OwnSecrets(settings, agent.Environment), .. opened.Plan.Milestones.SelectMany(m => BroughtSecrets.Of(places, opened.Run.Value, m.Id.ToString()))], time);
        using var log = new LogFile(logs, time.GetLocalNow(), settings.LogLevel, secrets.Scanner.Redact);
        sayOfLogin = text => log.Say(LogEventLevel.Warning, text);
        foreach (var line in recovered.Concat(problems.Select(p => $"{p.Where}: {p.Message} {p.Hint}")))
        {
            log.Say(LogEventLevel.Warning, line);
        }

        if (opening.Prompts.Own.ToList() is { Count: > 0 } own)
        {
            log.Say(LogEventLevel.Information, $"the project's own prompts: {string.Join(", ", own.Select(source => $"{source.Name} ({source.Own![..12]})"))}");
        }

        var guidance = await Guidance.WriteAsync(repository, opened.Base, Path.Combine(places.Run(opened.Run.Value), "guidance.md"), cancellation).ConfigureAwait(false);
        var setup = new AgentSetup(agent.Program, agent.Environment, settings.ClaudeModel, guidance, settings.TurnTimeout)
        {
            IdleTimeout = settings.IdleTimeout,
            ResultGrace = settings.ResultGrace,
            MaxTurns = settings.MaxTurns,
        };
        if (opening.Last is { } before)
        {
            CatchUp(journal, places, before, settings);
        }

        var fences = fence.Fence is { } builder ? new Fences(repository, builder, settings.Fence, guidance is null ? [] : [guidance], ways) : null;
        var state = await ConductAsync(repository, journal, opened, opening.Prompts, settings, setup, secrets, log, logs, fences).ConfigureAwait(false);
        return new RunEnd.Ended(state, log.File);
    }

    private async Task<RunState> ConductAsync(
        Repository repository, RunJournal journal, OpenedRun opened, PromptBook prompts, OrchestratorSettings settings, AgentSetup setup, SecretGuard secrets, LogFile log, string logs, Fences? fences)
    {
        var name = Recovery.NameOf(repository.Places);
        var tasks = new LiveTasks(repository.Places);
        var context = new RunContext(opened.Run, opened.Plan, opened.Target, settings.Publish, settings.Gates, TextsOf(repository.Places, opened), name)
        {
            Prompts = prompts,
            Agents = new UserEnvironment(setup.Environment),
            Protected = ProtectedPaths.Of(repository.Places, [SettingsReader.FileName, SettingsReader.PathOf(repository.Places.Root, user), Plans.MilestoneFolder.FolderName]),
            PublishRemote = settings.PublishRemote,
            Worktree = settings.Worktree,
            Fences = fences,
            Earlier = NotOf(opened),
            Secrets = secrets.Look,
            LearnSecrets = secrets.Scanner.Learn,
            Clean = new CleanWriting(secrets.Scanner, text => log.Say(LogEventLevel.Warning, text)),
            Warn = text => log.Say(LogEventLevel.Warning, text),
        };
        var commands = new Dictionary<string, string>(setup.Environment) { [LongProcess.RepositoryMarker] = name };
        foreach (var secret in commands.Keys.Where(k => k.StartsWith("ANTHROPIC_", StringComparison.Ordinal) || k.StartsWith("CLAUDE_", StringComparison.Ordinal) || settings.ClaudeEnv.Contains(k)).ToList())
        {
            commands.Remove(secret); // gates run code that agents wrote, and need no model
        }

        await using var notices = NoticesOf(repository.Places.Root, opened, settings.Notify, commands, text => log.Say(LogEventLevel.Warning, text));
        var held = new HeldTurns();
        using var meters = new TreeMeters(time);
        var series = new MachineSeries();
        var slots = new MachineSlots(MachineSlots.FolderIn(user.SharedFolder), settings.MaxTurnsOfMachine ?? Math.Max(Math.Max(8, 2 * Environment.ProcessorCount), settings.MaxParallelTasks), time);
        var limits = new Core.Capacity.GaugeLimits(settings.MaxParallelTasks, settings.MemoryReserve * Mebi, settings.DiskFloor * Mebi, slots.Most, CheckoutSize.Of(repository.Places, opened.Base.Length / 2));
        using var watch = new MachineWatch(ProbeOf(repository.Places, logs), slots, meters, limits, series, time);
        await using var hands = new Hands(context, repository, new TurnRunner(setup, held, meters), held, slots, new GateRunner(new Dictionary<string, string>(commands) { ["CI"] = "1" }), tasks, new ConfigGuard(repository));
        var evidence = EvidenceOf(journal, repository.Places, opened.Run, settings, text => log.Say(LogEventLevel.Warning, text));
        var loop = new RunLoop(journal, hands, [watch, new TasksObserver(tasks), log, new MetricsFile(logs, series), .. evidence, .. observers, notices], time, Tell);

        context.Tell = loop.Tell;
        context.TaskLines = () => loop.Latest is { } latest ? TasksObserver.LinesOf(latest) : [];

        // The log may lie on the very disk that is full.
        void Tell(string text)
        {
            log.Say(LogEventLevel.Error, text);
            Alarm(text);
            notices.Alarm(secrets.Scanner.Redact(text), time.GetUtcNow());
        }

        lock (_lock)
        {
            _loop = loop;
            _early.ForEach(loop.Tell);
        }

        using var awake = settings.KeepAwake ? WakeLock.Hold(user.Find, $"works on the milestones in {repository.Places.Root}", text => log.Say(LogEventLevel.Debug, text)) : null;
        var first = WithMachine(opened.First, watch.First());
        if (slots.Trouble is { } trouble)
        {
            log.Say(LogEventLevel.Warning, $"no bound that is common to all orchestrators on this machine: {trouble}");
        }

        var probe = ProbeOf(repository.Places, logs);
        (long? Memory, long? Disk) Free() => probe.Look() is var sample ? (sample.MemoryAvailable, sample.Disks.Where(d => d.Worktrees).Select(d => (long?)d.Free).FirstOrDefault()) : default;
        using var bounds = new BoundsWatch(disk => BoundsOf(limits, disk), Free);
        watch.Begin(loop.Tell);
        var ended = await loop.RunAsync(opened.Run, opened.State, first).ConfigureAwait(false);
        if (ended.Unlanded is not null || ended.Final is Final.Stopped { Code: "target.gone" })
        {
            await tasks.StepAsideAsync(repository, CancellationToken.None).ConfigureAwait(false);
        }

        return ended;
    }

    /// <summary>What must stand in no commit and no log, whatever it looks like: the agents' keys, ours, and the address for notices.</summary>
    private IEnumerable<string> OwnSecrets(OrchestratorSettings settings, IReadOnlyDictionary<string, string> agents) =>
    [
        .. SecretGuard.OwnOf(agents),
        .. SecretGuard.OwnOf(user, settings.ClaudeEnv),
        .. settings.Notify.Webhook?.Address is { } address ? [address.OriginalString] : Array.Empty<string>(),
    ];

    /// <summary>
    /// What each agent, gate or command may take. A shortage of memory ends somebody only when it is worse than one in which
    /// turns are frozen, which is tried first; one of the disk before that, for what was written stays, and would hold back
    /// all others.
    /// </summary>
    private static Core.Capacity.Bounds BoundsOf(Core.Capacity.GaugeLimits limits, long? diskFree) =>
        new(MostProcesses, MostPrinted, limits.MemoryReserve / 4, Math.Max(2 * limits.DiskFloor ?? LeastDisk, (diskFree ?? 0) / 4));

    /// <summary>Looks at all that a run writes to.</summary>
    public static MachineProbe ProbeOf(RepositoryPlaces places, string? logs = null)
    {
        string[] folders = [Directory.Exists(places.Worktrees) ? places.Worktrees : places.Root, places.CommonDir, places.State, logs ?? places.Root, Path.GetTempPath()];
        var real = folders.Select(folder => Posix.RealPath(folder) ?? folder).ToList();
        return new MachineProbe(real[0], real[1..]) { Standing = () => Directory.Exists(places.Worktrees) ? Directory.EnumerateDirectories(places.Worktrees).Count() : 0 };
    }

    private static Event WithMachine(Event first, Core.Capacity.MachineReading? reading) => first switch
    {
        Event.RunStarted e => e with { Machine = reading },
        Event.Resumed e => e with { Machine = reading },
        _ => first,
    };

    /// <summary>The evidence of an ended run, whose last fact may have been the last thing before a crash.</summary>
    private static void CatchUp(RunJournal journal, RepositoryPlaces places, RunState ended, OrchestratorSettings settings)
    {
        if (new EvidencePlaces(places, ended.Run).FactsTold() != journal.Reader.Read(ended.Run).Count)
        {
            EvidenceOf(journal, places, ended.Run, settings, _ => { });
        }
    }

    /// <summary>Who keeps the evidence of a run; nobody when what was told before cannot be told anew. A run does not depend on it.</summary>
    private static IReadOnlyList<IObserver> EvidenceOf(RunJournal journal, RepositoryPlaces places, RunId run, OrchestratorSettings settings, Action<string> warn)
    {
        try
        {
            return [journal.Reader.EvidenceOf(run, new EvidencePlaces(places, run), [.. settings.Gates.Select(g => new GateCommand(g.Name, g.Run))])];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"no evidence is kept: {e.Message}");
            return [];
        }
    }

    /// <summary>Who tells a person that is away; nobody by default.</summary>
    private NoticeObserver NoticesOf(string root, OpenedRun opened, NotifySetting setting, Dictionary<string, string> commands, Action<string> warn)
    {
        var wishes = new NoticeWishes(setting.On, setting.Limit, at => FormattableString.Invariant($"{TimeZoneInfo.ConvertTime(at, time.LocalTimeZone):yyyy-MM-dd HH:mm}"));
        return new NoticeObserver(opened.Run, root, opened.State, wishes, NoticeSenders.Of(setting, root, user, commands, warn), warn);
    }

    /// <summary>The milestones of the plan that the run does not do.</summary>
    private static HashSet<MilestoneId> NotOf(OpenedRun opened) => opened.State is { } state
        ? [.. state.Plan.Milestones.Where((_, i) => state.Milestones[i].Phase is Phase.LeftOut or Phase.Integrated { Earlier: true }).Select(m => m.Id)]
        : opened.First is Event.RunStarted e ? [.. e.Done.Select(d => d.Id), .. e.LeftOut] : [];

    private static Dictionary<MilestoneId, string> TextsOf(RepositoryPlaces places, OpenedRun opened)
    {
        var folder = RunOpening.TextFolder(places, opened.Run);
        return opened.Plan.Milestones.ToDictionary(m => m.Id, m => File.Exists(Path.Combine(folder, $"{m.Id}.md")) ? File.ReadAllText(Path.Combine(folder, $"{m.Id}.md")) : m.Title);
    }
}
