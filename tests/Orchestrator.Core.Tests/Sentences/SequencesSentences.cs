using System.Diagnostics;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What of a tool's output would steer a terminal.</summary>
public sealed class SequencesSentences
{
    [Theory]
    [InlineData("plain – text", "plain – text")]
    [InlineData("\u001b[1;31mred\u001b[0m!", "red!")]
    [InlineData("\u009b2Jx", "x")]
    [InlineData("\u001b]0;title\ax", "x")]
    [InlineData("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", "link")]
    [InlineData("\u001b(Bx\u001b7y\u001bcz", "xyz")]
    [InlineData("\u001bPdata\u001b\\x", "x")]
    [InlineData("\u001b]no end\nx", "no end\nx")]
    [InlineData("x\u001b", "x")]
    [InlineData("x\u001b[12;", "x")]
    [InlineData("\u001b\u001b[31mx", "x")]
    public void A_text_is_shown_without_what_steers_a_terminal(string text, string shown) => Assert.Equal(shown, Sequences.Without(text));

    [Fact]
    public void A_text_full_of_beginnings_takes_no_long_time()
    {
        var watch = Stopwatch.StartNew();
        Sequences.Without(string.Concat(Enumerable.Repeat("\u001b]\u001b[;\u001b(", 30_000)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), watch.Elapsed.ToString());
    }
}
