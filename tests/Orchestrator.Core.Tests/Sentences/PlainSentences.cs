using System.Globalization;
using System.Text;

namespace Orchestrator.Core.Tests.Sentences;

public sealed class PlainSentences
{
    [Fact]
    public void Whatever_Unicode_calls_a_control_a_format_or_a_separator_of_lines_is_spelled()
    {
        for (var point = 0; point <= 0x10ffff; point++)
        {
            var text = point is >= 0xd800 and <= 0xdfff ? ((char)point).ToString() : char.ConvertFromUtf32(point);
            var category = CharUnicodeInfo.GetUnicodeCategory(point);
            var unfit = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            var spelled = string.Concat(text.Select(c => $"\\u{(int)c:x4}"));
            Assert.True(!unfit || Plain.Whole(text) == spelled, $"U+{point:x4}, {category}");
            Assert.True(Plain.Whole(text) == text || Plain.Whole(text) == spelled, $"U+{point:x4}");
        }
    }

    [Fact]
    public void What_can_be_seen_stays()
    {
        const string Text = "größer, 日本語, عربى, हिन्दी, 🙂, ❤\ufe0f, ~!\"#";
        Assert.Equal(Text, Plain.Line(Text));
        Assert.Equal(Text, Plain.Text(Text));
    }

    [Fact]
    public void A_text_keeps_its_lines_and_hides_nothing() => Assert.Equal("a\n\tb\r\nc\\u000dd\\u202e\\u200b\\u001b[2J\\udb40\\udc41", Plain.Text("a\n\tb\r\nc\rd\u202e\u200b\u001b[2J\U000e0041"));

    [Fact]
    public void A_line_of_Markdown_is_no_HTML_and_shows_no_image()
    {
        Assert.Equal("a &lt;b> x < 3, [link](u), !\\[x](u) and &lt;!-- c -->", Plain.Markdown("a <b> x < 3, [link](u),\n![x](u) and <!-- c -->"));
        Assert.Equal("\\&lt;b> \\!\\[x](u) !\\u200b[x]", Plain.Markdown("\\<b> \\![x](u) !\u200b[x]"));
    }

    [Fact]
    public void A_notice_is_one_line_whatever_it_quotes()
    {
        var notice = new Progress.Notice(Progress.NoticeKind.Alarm, default, "a\u001b", "b\nc");
        Assert.Equal(("a\\u001b", "b\\u000ac"), (notice.Title, notice.Text));
    }
}
