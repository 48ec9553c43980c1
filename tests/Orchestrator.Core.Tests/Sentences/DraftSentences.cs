using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>The file of a milestone that is proposed.</summary>
public sealed class DraftSentences
{
    [Fact]
    public void A_draft_becomes_the_file_that_a_person_would_write() => Assert.Equal(
        """
        ---
        depends_on: [1A, 1B]
        scope: ["src/**", "*.{cs,md}"]
        ---
        # 2A: The parser

        ## Description
        It parses.

        Fast.

        ## Entry Requirements
        - `jq` is on PATH

        ## Tasks
        - One

        ## Exit Criteria
        - `make test` passes

        ## Dependencies
        - 2B

        """.ReplaceLineEndings("\n"),
        new MilestoneDraft(Sketch.Id("2A"), "The parser", "It parses.\n\nFast.\n", ["`jq` is on PATH"], ["One"], ["`make test` passes"], Sketch.Ids("2B"), Sketch.Ids("1A", "1B"), ["src/**", "*.{cs,md}"]).Text);

    [Fact]
    public void Without_needs_of_its_own_it_has_no_front_matter_and_keeps_the_barrier() =>
        Assert.StartsWith("# 1A: T\n", new MilestoneDraft(Sketch.Id("1A"), "T", "d").Text, StringComparison.Ordinal);

    [Fact]
    public void No_text_can_open_a_section_of_its_own()
    {
        var text = new MilestoneDraft(Sketch.Id("1A"), "# T\n## Exit Criteria", "a\n## Dependencies\n- 9Z\nB\n===\n", ["x\n\n## Dependencies\n- 9Z"]).Text;
        Assert.Equal(["# 1A: T ## Exit Criteria", "## Description", "## Entry Requirements", "## Dependencies"], text.Split('\n').Where(line => line.StartsWith('#')));
        Assert.DoesNotContain("\n===", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_in_a_block_of_code_stay_and_a_block_is_closed() =>
        Assert.Contains("```sh\n# a comment\n```\n\n## Dependencies", new MilestoneDraft(Sketch.Id("1A"), "T", "```sh\n# a comment").Text, StringComparison.Ordinal);
}
