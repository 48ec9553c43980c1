using Orchestrator.Core;
using Orchestrator.Core.Limits;
using Orchestrator.Engine.Claude;

namespace Orchestrator.Engine.Tests.Claude;

/// <summary>What the gateway hears of limits, beyond what the CLI tells.</summary>
public sealed class LimitHeadersTests
{
    private readonly LimitHeaders _headers = new(TimeProvider.System);

    [Fact]
    public void The_windows_of_an_answer_take_the_place_of_those_that_were_told()
    {
        _headers.Take(200, new Dictionary<string, string>
        {
            ["anthropic-ratelimit-unified-5h-utilization"] = "0.91",
            ["anthropic-ratelimit-unified-5h-reset"] = "1800000000",
            ["anthropic-ratelimit-unified-5h-status"] = "allowed_warning",
            ["anthropic-ratelimit-unified-7d-utilization"] = "7",
        });

        var told = new[] { new LimitWindow("five_hour", WindowStatus.Allowed, 0.5, null), new LimitWindow("seven_day_opus", WindowStatus.Allowed, 0.1, null) }.ToItems();
        Assert.Equal(
            [
                new LimitWindow("five_hour", WindowStatus.Warning, 0.91, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)),
                new LimitWindow("seven_day", WindowStatus.Allowed, 1, null),
                told[1],
            ],
            _headers.Over(told));
    }

    [Fact]
    public void Nothing_heard_changes_nothing()
    {
        var told = new[] { new LimitWindow("five_hour", WindowStatus.Allowed, 0.5, null) }.ToItems();
        _headers.Take(200, new Dictionary<string, string> { ["anthropic-ratelimit-requests-remaining"] = "7" });

        Assert.Equal(told, _headers.Over(told));
        Assert.Null(_headers.RefusedUntil);
    }

    [Fact]
    public void A_refusal_lasts_until_the_reset_or_for_the_wait_that_was_named_and_ends_with_an_answer()
    {
        _headers.Take(429, new Dictionary<string, string> { ["retry-after"] = "600" });
        Assert.InRange(_headers.RefusedUntil!.Value - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(590), TimeSpan.FromSeconds(600));

        _headers.Take(429, new Dictionary<string, string> { ["retry-after"] = "600", ["anthropic-ratelimit-unified-reset"] = "1800000000" });
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), _headers.RefusedUntil);

        _headers.Take(200, new Dictionary<string, string> { ["retry-after"] = "600" });
        Assert.Null(_headers.RefusedUntil);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("-1")]
    [InlineData("1e300")]
    [InlineData("soon")]
    [InlineData("")]
    public void What_is_no_time_is_none(string value)
    {
        _headers.Take(429, new Dictionary<string, string> { ["retry-after"] = value, ["anthropic-ratelimit-unified-reset"] = value, ["anthropic-ratelimit-unified-5h-reset"] = value });

        Assert.Null(_headers.RefusedUntil);
        Assert.Empty(_headers.Windows);
    }
}
