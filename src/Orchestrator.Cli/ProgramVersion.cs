using System.Reflection;

namespace Orchestrator.Cli;

/// <summary>Which version this program is; <c>eng/version.sh</c> takes it from the tags when it is built.</summary>
internal static class ProgramVersion
{
    /// <summary>For example <c>1.2.3</c>, or <c>1.2.4-dev.7+gabcdef123456</c> between two tags.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
