/**
 * The style sheet of the report.
 * idea:  one column of text, a serif for reading and a plain face for numbers; colours by name, once for light and once for dark.
 */

const light = `
  --paper: #fcfbf8; --raised: #f5f2ec; --ink: #1f1e1c; --soft: #5d5a54; --faint: #8a867d; --line: #e0dcd3;
  --accent: #14696f; --warm: #b4502c; --on-fill: #ffffff;
  --m1: #a8631b; --m2: #6d58a0; --m3: #50708f; --m4: #a8476a; --m5: #6c7a2c; --m6: #2f7a45; --m7: #6b6f76;
  --k0: #b65a34; --k1: #b78a1f; --k2: #7c8a2e; --k3: #3b8a5e; --k4: #2a7f97; --k5: #5a69ae; --k6: #9a5591; --k-text: #ffffff;`;

/** The colours by their names, `--ink` and so on, on light paper. */
export const lightColours: ReadonlyMap<string, string> = new Map([...light.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = '', colour = '']) => [name, colour]));

const dark = `
  --paper: #171614; --raised: #211f1c; --ink: #ece9e2; --soft: #b3aea4; --faint: #868178; --line: #36332e;
  --accent: #57bcbb; --warm: #e58c64; --on-fill: #10201f;
  --m1: #dc9f5b; --m2: #ab98dc; --m3: #8fb0d0; --m4: #e08aa8; --m5: #b3c069; --m6: #7cc492; --m7: #aab0b8;
  --k0: #dd875f; --k1: #dab353; --k2: #aebb62; --k3: #6fbf92; --k4: #63b4cb; --k5: #93a1e0; --k6: #cb8cc3; --k-text: #171614;`;

export const style = `
:root { color-scheme: light dark; ${light}
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", Charter, Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 var(--serif); font-variant-numeric: oldstyle-nums; text-rendering: optimizeLegibility; }
main, footer { max-width: 47rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding: 4.5rem 0 1rem; }
h1 { font-weight: 500; font-size: clamp(1.8rem, 5vw, 2.5rem); line-height: 1.15; letter-spacing: -0.01em; margin: 0 0 1.25rem; text-wrap: balance; }
h2 { font-weight: 500; font-size: 1.4rem; line-height: 1.25; margin: 0 0 0.6rem; text-wrap: balance; }
p { margin: 0 0 0.9rem; hanging-punctuation: first; text-wrap: pretty; }
.lead { font-size: 1.2rem; line-height: 1.5; }
a { color: inherit; text-decoration-color: var(--faint); text-underline-offset: 0.15em; }
a:hover { color: var(--accent); }
nav { font: 13px/1.9 var(--sans); color: var(--soft); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: 0.5rem 0; margin-top: 1.6rem; }
nav a { text-decoration: none; margin-right: 0.85em; white-space: nowrap; }
section { padding-top: 3.2rem; }
figure { margin: 1.4rem 0 1.6rem; }
figcaption, .small { font: 13px/1.5 var(--sans); color: var(--soft); font-variant-numeric: lining-nums; }
figcaption { margin-top: 0.7rem; max-width: 42rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-family: var(--sans); font-variant-numeric: lining-nums tabular-nums; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16.5rem, 100%), 1fr)); gap: 1.6rem 2rem; }
.trio { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13.2rem, 100%), 1fr)); gap: 1.4rem 1.2rem; }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch; }
table { border-collapse: collapse; font: 14px/1.45 var(--sans); font-variant-numeric: lining-nums tabular-nums; }
.results { width: 100%; margin: 1.2rem 0 0.4rem; }
.results th { font-weight: 400; color: var(--soft); font-size: 12.5px; vertical-align: bottom; border-bottom: 1px solid var(--ink); padding: 0 0 0.4rem 1rem; text-align: right; }
.results td, .results tbody th { padding: 0.42rem 0 0.42rem 1rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; color: var(--ink); font-size: 14px; }
.results th:first-child { text-align: left; padding-left: 0; white-space: normal; min-width: 10rem; }
.results tr.focus > * { font-weight: 600; }
.results .unit { color: var(--faint); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; font: 13px/1.6 var(--sans); color: var(--soft); margin-bottom: 0.9rem; padding: 0; list-style: none; }
.legend svg { display: inline-block; width: 26px; height: 8px; margin-right: 0.45em; vertical-align: 0.1em; }
.legend .swatch { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.4em; vertical-align: -0.06em; }
.strip { margin: 1.6rem 0 2rem; }
.strip table { width: 100%; min-width: 40rem; table-layout: fixed; border-spacing: 0; }
.strip caption { text-align: left; caption-side: top; padding-bottom: 0.4rem; color: var(--soft); font-size: 13px; }
.strip caption b { color: var(--ink); font-weight: 600; }
.strip th { width: 4.2rem; text-align: left; font-weight: 400; font-size: 12px; color: var(--soft); padding: 0; vertical-align: middle; }
.strip td { padding: 1px; font-size: 10.5px; text-align: center; height: 1.6rem; }
.strip td.picture { padding: 1px; height: auto; }
.strip td > span { display: block; padding: 0.2rem 0; border-radius: 2px; overflow: hidden; white-space: nowrap; border: 2px solid transparent; }
.strip td > span.miss { border-color: var(--ink); font-weight: 600; }
.strip td.sense { height: 1.1rem; color: var(--soft); font-size: 10px; }
.strip td.cross { height: 1rem; color: var(--warm); font-size: 13px; font-weight: 700; line-height: 1; }
.strip img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 2px; }
.k0 { background: var(--k0); } .k1 { background: var(--k1); } .k2 { background: var(--k2); } .k3 { background: var(--k3); } .k4 { background: var(--k4); } .k5 { background: var(--k5); } .k6 { background: var(--k6); }
.k { color: var(--k-text); }
.rest { background: var(--line); color: var(--soft); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.4rem; font: 14px/1.5 var(--sans); font-variant-numeric: lining-nums; margin: 1rem 0; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; }
footer { margin-top: 4rem; padding-top: 1.2rem; padding-bottom: 4rem; border-top: 1px solid var(--line); }
footer h2 { font-size: 1.05rem; margin-top: 1.4rem; }
footer ul { list-style: none; margin: 0; padding: 0; }
footer li { margin-bottom: 0.55rem; overflow-wrap: anywhere; }
.only { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 36rem) { body { font-size: 16px; } header { padding-top: 2.4rem; } section { padding-top: 2.4rem; } dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: 0.5rem; } }
@media print { nav { display: none; } section { break-inside: avoid-page; } .scroll { overflow: visible; } }
`;
