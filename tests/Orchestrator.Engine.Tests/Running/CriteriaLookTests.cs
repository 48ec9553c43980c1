using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Git;

namespace Orchestrator.Engine.Tests.Running;

public sealed class CriteriaLookTests : InRepository
{
    private static readonly GateSetting[] Gates =
        [new("tests", "make test", GateSetting.DefaultTimeout), new("lint", "make lint", GateSetting.DefaultTimeout)];

    private async Task<Items<CriterionProof>> LookAsync(params string[] criteria)
    {
        var item = await WorkAsync("1A", ("docs/a b.md", "x\n"), ("src/ü.txt", "x\n"), ("src/new.txt", "x\n"));
        return await CriteriaLook.ProofsAsync(
            Opened, criteria.ToItems(), item.Tip, Gates, [new GateResult("tests", true, ""), new GateResult("lint", false, "red")], Stop);
    }

    [Fact]
    public async Task One_that_quotes_a_gate_is_proved_by_it_when_it_passed() =>
        Assert.Equal(
            [new CriterionProof(1, ProvedBy.Gate, "make test"), new CriterionProof(3, ProvedBy.Gate, "make test")],
            await LookAsync("`make test` passes", "`make lint` passes", "The gate `tests` is green", "It is tested"));

    [Fact]
    public async Task One_that_quotes_files_is_proved_when_all_of_them_are_there() =>
        Assert.Equal(
            [new CriterionProof(1, ProvedBy.File, "src/new.txt"), new CriterionProof(2, ProvedBy.File, "src/ü.txt, src/"), new CriterionProof(5, ProvedBy.File, "src/app.txt")],
            await LookAsync("`src/new.txt` exists", "`src/ü.txt` lies in `src/`", "`src/new.txt` and `src/none.txt`", "`new.txt`", "`src/app.txt`"));

    [Fact]
    public async Task What_else_is_quoted_proves_nothing() =>
        Assert.Empty(await LookAsync("`Parser.Parse` returns", "`../etc/passwd`", "`*.txt`", "`src/new.txt` has `x y`", "`-rf/x`", "` `", "plain"));
}
