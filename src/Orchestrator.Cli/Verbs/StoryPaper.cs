using Orchestrator.Cli.Screens;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Secrets;

namespace Orchestrator.Cli.Verbs;

/// <summary>Where stories are written to, as wide and as coloured as it is.</summary>
/// <param name="around">What the verb was given.</param>
internal sealed class StoryPaper(Surroundings around)
{
    // A turn that is under way writes its transcript itself: that is cleaned only when it has ended.
    private readonly SecretScanner _secrets = new(SecretGuard.OwnOf(around.User, []));
    private bool _begun;

    /// <summary>How it is written; asked anew each time, because a window may change.</summary>
    public StoryScreen Screen => new(Terminal.Width, new Terminal(around.User).Ink, around.Time.LocalTimeZone);

    /// <summary>True when nobody reads any more.</summary>
    public bool Gone => around.Out is InertWriter { Inner: SteadyWriter { Gone: true } };

    /// <summary>Writes parts of stories, an empty line before each headline but the first.</summary>
    public void Write(IEnumerable<StoryPart> parts, string prefix = "")
    {
        foreach (var part in parts)
        {
            if (part.Head is { } head)
            {
                Write((_begun ? "\n" : "") + Screen.Head(head, prefix));
                _begun = true;
            }

            Write(Screen.Lines([.. part.Lines.Select(line => line with { Text = _secrets.Redact(line.Text) })], prefix));
        }
    }

    /// <summary>Writes what is fit to be shown already.</summary>
    public void Write(string text)
    {
        if (around.Out is InertWriter inert)
        {
            inert.WriteInked(text);
        }
        else
        {
            around.Out.Write(text);
        }
    }
}
