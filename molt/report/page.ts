/**
 * The report of a demo run: one file of HTML that needs nothing else.
 * idea:  a pure function of the record; sections are data (sections.ts), the libraries that draw them are loaded once (tools.ts).
 * laws:  test/molt/report/page.test.ts — the same record gives the same bytes; nothing is requested from anywhere; no name becomes an element.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { html, linked, Markup, nothing } from './html.ts';
import { unbroken } from './numbers.ts';
import { headline } from './reading.ts';
import type { CreditRecord, DemoRecord } from './record.ts';
import { sections, type Figure, type Piece, type Section } from './sections.ts';
import { style } from './style.ts';
import { inlineSvg } from './svg.ts';
import { loadTools, type Tools } from './tools.ts';

/** How much larger than drawn a chart may be. */
const grow = { one: 1.45, pair: 1.25, trio: 1.2 } as const satisfies { readonly [L in Figure['layout']]: number };

const figure = ({ draw }: Tools) => ({ charts, layout, above, caption }: Figure): TE.TaskEither<Fault, Markup> =>
  pipe(
    charts,
    TE.traverseSeqArray((chart) => pipe(draw(chart), TE.map((svg) => inlineSvg(svg, chart.alt, grow[layout])))),
    TE.map((drawn) => html`<figure>${above ?? nothing}<div class="${layout}">${drawn.map((one) => html`<div class="scroll">${one}</div>`)}</div><figcaption>${caption}</figcaption></figure>`),
  );

const piece = (tools: Tools) => (one: Piece): TE.TaskEither<Fault, Markup> => (one instanceof Markup ? TE.right(one) : figure(tools)(one));

const section = (tools: Tools) => ({ id, title, body }: Section): TE.TaskEither<Fault, Markup> =>
  pipe(body, TE.traverseSeqArray(piece(tools)), TE.map((pieces) => html`<section id="${id}"><h2>${title}</h2>
${pieces}
</section>
`));

const footer = (credits: readonly CreditRecord[]): Markup => html`<footer class="small"><h2 id="credits">Credits and licences</h2>
<ul>${credits.map(({ source, licence, use }) => html`<li>${linked(source)}. Licence: ${linked(licence)}. Used for ${linked(use)}.</li>`)}</ul></footer>`;

const page = (record: DemoRecord, contents: readonly Section[], drawn: readonly Markup[]): string =>
  `<!doctype html>
${html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${record.title}</title><style>${new Markup(style)}</style></head>
<body><main><header><h1>${record.title}</h1><p class="lead">${unbroken(headline(record))}</p>
<nav aria-label="Sections">${contents.map(({ id, short }) => html`<a href="#${id}">${short}</a> `)}<a href="#credits">Credits</a></nav></header>
${drawn}</main>
${footer(record.credits)}</body></html>`.text}
`;

/** A report with tools that are already loaded. */
export const renderWith = (tools: Tools) => (record: DemoRecord): TE.TaskEither<Fault, string> => {
  const contents = sections(tools.paint, record);
  return pipe(contents, TE.traverseSeqArray(section(tools)), TE.map((drawn) => page(record, contents, drawn)));
};

/**
 * The report as one self-contained HTML file.
 * errors:  Unsupported where a drawing library is not installed, with the command that installs it; Defect if it refuses a chart.
 */
export const renderReport = (record: DemoRecord): TE.TaskEither<Fault, string> => pipe(loadTools(), TE.chain((tools) => renderWith(tools)(record)));
