namespace Orchestrator.Cli.Tests.Rehearsal;

public sealed class RehearsedCacheTests
{
    private static readonly string Tools = $$"""[ { "name": "Read", "description": "{{new string('r', 4000)}}" } ]""";
    private static readonly string Marked = $$"""[ { "type": "text", "text": "{{new string('s', 4000)}}", "cache_control": { "type": "ephemeral", "ttl": "1h" } } ]""";

    [Fact]
    public async Task What_one_conversation_wrote_another_reads()
    {
        await using var client = new RehearsalClient("{}");

        var first = await client.AskAsync("a", "1A", tools: Tools, system: Marked);
        var second = await client.AskAsync("b", "1B", tools: Tools, system: Marked);

        Assert.Equal(0, first.Usage("cache_read_input_tokens"));
        Assert.InRange(first.Usage("cache_creation_input_tokens"), 2000, 2100);
        Assert.Equal(first.Usage("cache_creation_input_tokens"), first.Body.GetProperty("usage").GetProperty("cache_creation").GetProperty("ephemeral_1h_input_tokens").GetInt32());
        Assert.Equal(first.Usage("cache_creation_input_tokens"), second.Usage("cache_read_input_tokens"));
        Assert.Equal(0, second.Usage("cache_creation_input_tokens"));
        Assert.Equal(second.Usage("input_tokens"), client.Server.Requests[1].Tokens!.Fresh);
    }

    [Fact]
    public async Task Another_model_and_another_beginning_read_nothing()
    {
        await using var client = new RehearsalClient("{}");
        await client.AskAsync("a", tools: Tools, system: Marked);

        Assert.Equal(0, (await client.AskAsync("b", tools: Tools, system: Marked, model: "opus")).Usage("cache_read_input_tokens"));
        Assert.Equal(0, (await client.AskAsync("c", tools: Tools.Replace("Read", "Reed", StringComparison.Ordinal), system: Marked)).Usage("cache_read_input_tokens"));
    }

    [Fact]
    public async Task Nothing_is_kept_that_nobody_asked_to_keep()
    {
        await using var client = new RehearsalClient("{}");
        await client.AskAsync("a", tools: Tools);

        var second = await client.AskAsync("a", tools: Tools);

        Assert.Equal((0, 0), (second.Usage("cache_read_input_tokens"), second.Usage("cache_creation_input_tokens")));
    }

    [Fact]
    public async Task What_is_asked_for_while_the_first_still_thinks_cannot_be_read_yet()
    {
        await using var client = new RehearsalClient("""{ "conversations": [ { "when": { "milestone": "1A" }, "steps": [ { "say": "hm", "think_ms": 1000 } ] } ] }""");

        var slow = client.AskAsync("a", "1A", tools: Tools, system: Marked);
        HeldRun.Until(() => client.Server.Requests.Count == 1, 10, () => "the first request did not come");
        var early = await client.AskAsync("b", "1B", tools: Tools, system: Marked);
        await slow;
        var late = await client.AskAsync("c", "1C", tools: Tools, system: Marked);

        Assert.Equal(0, early.Usage("cache_read_input_tokens"));
        Assert.True(late.Usage("cache_read_input_tokens") > 2000);
    }

    [Fact]
    public async Task The_head_in_common_is_counted_without_the_markers()
    {
        await using var client = new RehearsalClient("{}");
        await client.AskAsync("a", tools: Tools, system: Marked);
        await client.AskAsync("a", tools: Tools, system: Marked);
        await client.AskAsync("b", tools: Tools, system: Marked.Replace("1h", "5m", StringComparison.Ordinal));
        await client.AskAsync("c", tools: Tools, system: Marked.Replace("sss\"", "ssx\"", StringComparison.Ordinal));

        var requests = client.Server.Requests;

        Assert.InRange(requests[0].HeadBytes, 8000, 8200);
        Assert.Equal([null, null, requests[0].HeadBytes, requests[0].HeadBytes - "x\"}]".Length], requests.Select(request => request.SharedHeadBytes));
    }
}
