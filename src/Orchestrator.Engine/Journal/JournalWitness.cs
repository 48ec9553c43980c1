using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Journal;

/// <summary>What the journal held when it was last appended to.</summary>
/// <param name="Run">The run.</param>
/// <param name="Number">The number of its last fact.</param>
/// <param name="Sum">Its sum.</param>
internal readonly record struct WitnessedHead(string Run, long Number, long Sum);

/// <summary>
/// A line beside the journal that names its last fact. A chain cannot show that its own end is missing; this can. It is
/// written after the fact is safe, so it never runs ahead of a sound journal, and whatever is wrong with it is as
/// good as nothing.
/// </summary>
internal static class JournalWitness
{
    /// <summary>Where it lies.</summary>
    public static string PathOf(string journal) => Path.ChangeExtension(journal, ".head");

    /// <summary>Writes it; a full disk costs the witness, never the run.</summary>
    public static void Write(string journal, WitnessedHead head)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{head.Run} {head.Number} {head.Sum}");
        var line = string.Create(CultureInfo.InvariantCulture, $"{text} {JournalChain.Of(text)}").PadRight(127) + "\n";
        try
        {
            using var file = File.OpenHandle(PathOf(journal), FileMode.OpenOrCreate, FileAccess.Write);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(line), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the next start has a witness that lags behind, which says nothing wrong.
        }
    }

    /// <summary>Reads it; null when there is none that can be believed.</summary>
    public static WitnessedHead? Read(string journal)
    {
        try
        {
            var words = File.ReadAllText(PathOf(journal)).Split(' ', '\n');
            return words.Length >= 4
                && long.TryParse(words[1], CultureInfo.InvariantCulture, out var number)
                && long.TryParse(words[2], CultureInfo.InvariantCulture, out var sum)
                && long.TryParse(words[3], CultureInfo.InvariantCulture, out var check)
                && check == JournalChain.Of(string.Join(' ', words[..3]))
                ? new WitnessedHead(words[0], number, sum)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
