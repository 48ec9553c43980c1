using System.Diagnostics;
using System.Text;
using Orchestrator.Engine.Secrets;
using Orchestrator.Engine.Tests.Secrets;

namespace Orchestrator.Bench;

/// <summary>How fast one core looks for secrets: in what fills repositories, with one planted in every hundredth file.</summary>
internal static class SecretsFigure
{
    private const int Seed = 20261123;

    public static IEnumerable<Figure> Measure()
    {
        var planted = PlantedSecrets.All(new Random(Seed)).ToList();
        var files = InnocentFiles.All(new Random(Seed), 2400).Select((file, i) => i % 100 == 0 ? Encoding.UTF8.GetBytes(planted[i % planted.Count].Text) : file.Content).ToList();
        var scanner = new SecretScanner(["a credential of our own", "and another one"]);
        Once(scanner, files); // warm
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var found = Once(scanner, files) + Once(scanner, files) + Once(scanner, files);
        var cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        yield return new Figure("secrets: text and binaries looked through per second of CPU", 3.0 * files.Sum(f => (long)f.Length) / 1e6 / cpu, 20, "MB", AtLeast: true);
        yield return new Figure("secrets: of those planted there, found", (double)found / (3 * ((files.Count + 99) / 100)), 1, "", AtLeast: true);
    }

    private static int Once(SecretScanner scanner, List<byte[]> files) => files.Sum(file => scanner.Scan(file).Count > 0 ? 1 : 0);
}
