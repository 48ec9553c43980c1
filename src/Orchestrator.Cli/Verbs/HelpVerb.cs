using System.CommandLine;

namespace Orchestrator.Cli.Verbs;

/// <summary>Shows the help, with examples.</summary>
internal static class HelpVerb
{
    public static int Show(Surroundings around, RootCommand root)
    {
        root.Parse("--help").Invoke(new InvocationConfiguration { Output = around.Out });
        around.Out.WriteLine("""
            Examples:
              orchestrator demo                    see it work, without a login
              orchestrator doctor                  look whether all that is needed is there
              orchestrator init                    write starter settings and a sample milestone
              orchestrator plan spec.md            let the agent make milestones of a specification
              orchestrator run --validate-only     check the plan; when would who begin, and how long
              orchestrator run                     do it
              orchestrator status --watch          look on from another terminal
              orchestrator explain 1A              why it waits or failed, and what to do
              orchestrator logs 1A --follow        what its agents say and do
              orchestrator report                  the whole run as one HTML file
              orchestrator -C ../other run         the same for the repository over there

            Exit codes: 0 done, 1 bug, 2 something to mend first, 3 some failed, 4 stopped, 5 limit reached, 6 another run works here, 7 not on your branch yet.
            """);
        return ExitCode.Done;
    }
}
