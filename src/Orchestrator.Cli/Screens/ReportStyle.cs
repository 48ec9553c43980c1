namespace Orchestrator.Cli.Screens;

/// <summary>How the report looks: light and dark as the reader's machine wishes, one column on a telephone, black on white on paper.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public static Html Sheet => Html.Of($$"""
        :root { color-scheme: light dark;
          --back: #fbfbfa; --card: #ffffff; --ink: #1d2126; --soft: #5c6570; --line: #dfe2e6; --link: #0b5cad;
          --good: #1a7f4b; --good-back: #e2f4ea; --bad: #b3261e; --bad-back: #fbe7e5; --wait: #8a5a00; --wait-back: #fbf0d9;
          --implement: #3b78c4; --review: #8458b3; --remediate: #c9762b; --resolve: #ad3b6e; --check: #5f6fc9; --candidate: #2c8f83; --hatch: #b9c0c8; }
        @media (prefers-color-scheme: dark) { :root {
          --back: #14171b; --card: #1c2026; --ink: #e6e9ed; --soft: #9aa4af; --line: #323840; --link: #7db8f5;
          --good: #62cf95; --good-back: #17352a; --bad: #ff8a80; --bad-back: #43211f; --wait: #f0bd5b; --wait-back: #3b2f16;
          --implement: #5f9be6; --review: #a77fd6; --remediate: #e0975a; --resolve: #d9699b; --check: #8a98ea; --candidate: #4fb9ab; --hatch: #59626d; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 20px 16px 40px; }
        header { border-left: 6px solid var(--wait); padding: 2px 0 2px 14px; }
        header.good { border-color: var(--good); } header.bad { border-color: var(--bad); }
        header p { margin: 0; color: var(--soft); } h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; } h1::first-letter { text-transform: uppercase; }
        h2 { font-size: 1.15rem; margin: 0 0 10px; }
        section { margin-top: 20px; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); gap: 10px; margin: 16px 0 0; }
        .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; }
        dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .person { border-left: 6px solid var(--bad); } .person.none { border-left-color: var(--good); } .person ul { margin: 0; padding-left: 20px; } .person li, .person p { margin: 4px 0; overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
        th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-top: 1px solid var(--line); }
        thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: .85rem; white-space: nowrap; } tbody th { font-weight: 600; }
        th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } .wide { min-width: 200px; overflow-wrap: anywhere; }
        .tag { display: inline-block; padding: 0 8px; border-radius: 10px; font-size: .82rem; background: var(--wait-back); color: var(--wait); white-space: nowrap; }
        .tag.done { background: var(--good-back); color: var(--good); } .tag.failed { background: var(--bad-back); color: var(--bad); }
        .severity { color: var(--soft); } .severity.heavy { color: var(--bad); }
        a { color: var(--link); } code, pre { font: .88em/1.45 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        pre { margin: 6px 0; padding: 8px 10px; background: var(--back); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; max-height: 22rem; overflow: auto; }
        details { margin-top: 6px; } summary { cursor: pointer; color: var(--link); width: fit-content; }
        .story { list-style: none; padding: 0; margin: 6px 0; font-size: .9rem; } .story li { padding: 2px 0; overflow-wrap: anywhere; } time { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: 6px; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 20px; }
        .bar { display: block; height: 4px; min-width: 1px; border-radius: 2px; background: var(--implement); }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 14px; list-style: none; padding: 0; margin: 0 0 8px; font-size: .85rem; color: var(--soft); }
        .legend i { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin-right: 5px; vertical-align: -1px; }
        .gantt { display: block; width: 100%; min-width: 680px; font-size: 12px; } .gantt text { fill: var(--ink); } .gantt text.tick { fill: var(--soft); font-size: 11px; text-anchor: middle; }
        .gantt line { stroke: var(--line); } rect.limit { fill: var(--wait-back); stroke: var(--wait); stroke-dasharray: 3 3; } rect.wait { fill: var(--hatch); opacity: .55; }
        rect.implement { fill: var(--implement); } rect.review { fill: var(--review); } rect.remediate { fill: var(--remediate); } rect.resolve { fill: var(--resolve); } rect.check { fill: var(--check); } rect.candidate { fill: var(--candidate); } rect.candidate.red { fill: var(--bad); }
        i.implement { background: var(--implement); } i.review { background: var(--review); } i.remediate { background: var(--remediate); } i.resolve { background: var(--resolve); } i.check { background: var(--check); } i.candidate { background: var(--candidate); } i.wait { background: var(--hatch); } i.limit { background: var(--wait-back); border: 1px dashed var(--wait); }
        .merges { list-style: none; margin: 0; padding: 0 0 0 14px; border-left: 2px solid var(--line); } .merges li { position: relative; padding: 5px 0 5px 8px; overflow-wrap: anywhere; }
        .merges li::before { content: ""; position: absolute; left: -20px; top: 13px; width: 10px; height: 10px; border-radius: 50%; background: var(--wait); } .merges li.done::before { background: var(--good); } .merges li.failed::before { background: var(--bad); } .merges li.judged::before { background: var(--ink); border-radius: 2px; }
        .chip { display: inline-block; padding: 0 7px; margin-right: 4px; border: 1px solid var(--line); border-radius: 4px; text-decoration: none; font-size: .88rem; }
        footer { margin-top: 20px; color: var(--soft); font-size: .85rem; }
        @media (max-width: 560px) { main { padding: 12px 10px 30px; } section { padding: 12px 10px; } h1 { font-size: 1.5rem; } .tiles { grid-template-columns: repeat(3, 1fr); gap: 6px; } .tiles div { padding: 6px 8px; } dd { font-size: 1.02rem; } table { font-size: .85rem; } .wide { min-width: 150px; } tbody th.wide { min-width: 84px; } thead th { white-space: normal; } }
        @media print { :root { --back: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --link: #000; } body { font-size: 11px; } main { max-width: none; padding: 0; } section { border: 0; padding: 8px 0; break-inside: auto; } tr, li, .tiles, .gantt { break-inside: avoid; } h2 { break-after: avoid; } .scroll { overflow: visible; } .gantt { min-width: 0; } .legend i, rect, .tag, .bar, .merges li::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; } details > :not(summary) { display: block; } }
        """);
}
