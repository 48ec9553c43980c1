using Orchestrator.Cli.Screens;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli;

/// <summary>What standard output goes to, looked at when it is asked for.</summary>
/// <param name="user">The environment we were started in.</param>
internal sealed class Terminal(UserEnvironment user)
{
    private const int Narrow = 20;
    private const int UsualHeight = 24;

    /// <summary>True when a person looks at it, and no file or pipe takes it.</summary>
    public static bool IsThere => !Console.IsOutputRedirected;

    /// <summary>How many columns there are; null where nothing limits them.</summary>
    public static int? Width
    {
        get
        {
            try
            {
                return IsThere && Console.WindowWidth is > 0 and var width ? Math.Max(Narrow, width) : null;
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException)
            {
                return null;
            }
        }
    }

    /// <summary>How many lines there are; the usual number where the terminal does not say it.</summary>
    public static int Height
    {
        get
        {
            try
            {
                return Console.WindowHeight is > 0 and var height ? height : UsualHeight;
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException)
            {
                return UsualHeight;
            }
        }
    }

    /// <summary>True when a whole screen can be drawn and keys can be read.</summary>
    public bool CanDraw => IsThere && !Console.IsInputRedirected && user["TERM"] is not (null or "" or "dumb") && Width is not null;

    /// <summary>The next key that was pressed; null when none was. Nothing is echoed.</summary>
    public static ConsoleKeyInfo? Key()
    {
        try
        {
            return Console.KeyAvailable && Console.ReadKey(intercept: true) is { } key && (key.Key != default || key.KeyChar != default) ? key : null; // one that is gone gives nothing, for ever
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return null; // the terminal is gone
        }
    }

    /// <summary>Colours, where a terminal has them and nobody forbids them (<c>NO_COLOR</c>).</summary>
    public Ink Ink => new(IsThere && user["NO_COLOR"] is null && user["TERM"] is not "dumb");
}
