using System.Text.RegularExpressions;

namespace FakeClaude;

/// <summary>
/// A model that was talked into it: it does whatever a line <c>INJECT: COMMAND</c> says, wherever it finds one, in what
/// it was told and in the files that it works on.
/// </summary>
internal static partial class Obedience
{
    private const int LongestFile = 1 << 20;

    /// <summary>Does it all, each command once, and tells of each before it is done.</summary>
    public static void Obey(string prompt, string folder, Action<string> tell, Action<string> act)
    {
        foreach (var command in Texts(prompt, folder).SelectMany(text => Injected().Matches(text)).Select(match => match.Groups[1].Value.TrimEnd('\r')).Distinct(StringComparer.Ordinal).ToList())
        {
            tell("obeyed: " + command);
            act(command);
        }
    }

    private static IEnumerable<string> Texts(string prompt, string folder) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(file => new FileInfo(file) is { Length: < LongestFile, Name: not ".git" }).Order(StringComparer.Ordinal).Select(File.ReadAllText).Prepend(prompt);

    [GeneratedRegex(@"\bINJECT: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Injected();
}
