/**
 * The sections of the report, each a heading, what one sees in a sentence or two, and figures as data.
 * idea:  nothing is drawn here: a section is text and charts, so that what it says can be tested without a drawing library.
 */
import { accuracyChart } from './charts/accuracy.ts';
import { confusionChart } from './charts/confusion.ts';
import { curveCharts } from './charts/curves.ts';
import { depthChart } from './charts/depth.ts';
import { routerByClass, routerCharts } from './charts/router.ts';
import { strokes } from './charts/theme.ts';
import { cosineMap, fusionChart } from './charts/tokens.ts';
import { html, nothing, type Markup } from './html.ts';
import { distinct, percent, unbroken } from './numbers.ts';
import { caution, confusionReading, cosineReading, curvesReading, depthReading, fusionReading, others, routerReading } from './reading.ts';
import type { DemoRecord, Modality, Regularisation } from './record.ts';
import { costReading, rankingReading, rivalHead, rivalRows, settingReading } from './rivals.ts';
import { strip, swatch } from './strips.ts';
import { tableHead, tableRows } from './table.ts';
import type { Chart } from './tools.ts';
import type { Paint } from './png.ts';

/** Charts under one caption: one across the column, or several that share it. */
export interface Figure {
  readonly charts: readonly Chart[];
  readonly layout: 'one' | 'pair' | 'trio';
  readonly above?: Markup;
  readonly caption: string;
}
export type Piece = Markup | Figure;

export interface Section {
  readonly id: string;
  readonly title: string;
  /** as the list of contents calls it */
  readonly short: string;
  readonly body: readonly Piece[];
}

const paragraph = (text: string): Markup => (text === '' ? nothing : html`<p>${unbroken(text)}</p>`);
const absent = [paragraph('Not recorded in this run.')];

/** Rows of methods; that of the report stands out. */
const table = (label: string, head: readonly string[], rows: readonly (readonly string[])[], focus: string): Markup =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="results"><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(([name = '', ...cells]) =>
    html`<tr${name === focus ? html` class="focus"` : ''}><th scope="row">${name}</th>${cells.map((text) => html`<td>${text}</td>`)}</tr>`)}</tbody></table></div>`;
const focusLabel = ({ methods, focus }: DemoRecord): string => methods.find(({ name }) => name === focus)?.label ?? '';

const results = (record: DemoRecord): Section => ({
  id: 'accuracy',
  title: 'Accuracy', short: 'Accuracy',
  body: [
    table('Table of methods', tableHead, tableRows(record), focusLabel(record)),
    html`<p class="small">Mean ± sample standard deviation over seeds ${record.seeds.join(', ')}; bytes of activations kept for the backward pass; median time.</p>`,
    paragraph(others(record)),
    { layout: 'one', charts: [accuracyChart(record)], caption: 'A dot is a seed, the tick their mean, the thin bar one standard deviation to both sides.' },
    paragraph(caution(record)),
  ],
});

const rivals = (record: DemoRecord): readonly Section[] => (record.rivals === undefined ? [] : [{
  id: 'rivals',
  title: 'The published ranking, and ours', short: 'Rivals',
  body: [
    paragraph(rankingReading(record, record.rivals)),
    table('Table of rivals', rivalHead(true), rivalRows(record, true), focusLabel(record)),
    paragraph(settingReading(record, record.rivals)),
    paragraph(costReading(record)),
    paragraph('The trunks are a hundred times smaller than the published ones, the clips are composed, and every head is linear and sees one second: what holds here need not hold there, nor the other way round.'),
  ],
}]);

const legend = (record: DemoRecord): Markup => {
  const colours = strokes(record.methods.map(({ name }) => name), record.focus);
  return html`<ul class="legend">${record.methods.map(({ name, label }) => {
    const { colour, dash } = colours.get(name) ?? { colour: 'currentColor', dash: [] };
    return html`<li><svg viewBox="0 0 26 8" aria-hidden="true"><line x1="0" x2="26" y1="4" y2="4" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash.join(' ')}"/></svg>${label}</li>`;
  })}</ul>`;
};

const curves = (record: DemoRecord): Section => ({
  id: 'curves',
  title: 'Learning curves', short: 'Learning',
  body: [paragraph(curvesReading(record)), { layout: 'trio', above: legend(record), charts: curveCharts(record), caption: 'Lines are means over the seeds, bands reach from the lowest seed to the highest.' }],
});

const confusion = (record: DemoRecord): Section => ({
  id: 'confusion',
  title: 'What is taken for what', short: 'Confusions',
  body: [
    paragraph(confusionReading(record.confusion)),
    { layout: 'one', charts: [confusionChart(record.confusion)], caption: `Segments of the test split, ${record.methods.find(({ name }) => name === record.confusion.method)?.label ?? record.confusion.method}, summed over ${record.seeds.length} seeds. Rows are the truth, columns the answers; the fill is the share of the row.` },
  ],
});

const router = ({ router: rows, classNames }: DemoRecord): Section => ({
  id: 'router',
  title: 'What the router weighs', short: 'Router',
  body: rows.length === 0 ? absent : [
    paragraph(routerReading(rows)),
    { layout: 'pair', charts: routerCharts(rows), caption: 'Mean weight of each adapter over the test split, with one standard deviation over the samples. The dashed line is an equal share.' },
    ...((charts): readonly Figure[] => (charts.length === 0 ? [] : [{ layout: 'pair', charts, caption: 'The same means by class of the segment: above an equal share teal, below it orange.' }]))(routerByClass(rows, classNames)),
  ],
});

/** Groups of one modality and one training each, with TOR before without, so that the two stand side by side. */
const byModality = <A extends { readonly modality: Modality; readonly label: Regularisation }>(rows: readonly A[]): readonly (readonly A[])[] =>
  distinct(rows.map(({ modality }) => modality)).flatMap((modality) => (['with TOR', 'without TOR'] as const).map((label) => rows.filter((row) => row.modality === modality && row.label === label))).filter((group) => group.length > 0);

const tokens = ({ cosineMaps }: DemoRecord): Section => ({
  id: 'tokens',
  title: 'Are the latent tokens different?', short: 'Latent tokens',
  body: cosineMaps.length === 0 ? absent : [
    paragraph(cosineReading(cosineMaps)),
    { layout: 'pair', charts: byModality(cosineMaps).flat().map(cosineMap), caption: 'Cosine of every pair of latent tokens, mean over the test split, layer by layer: full colour is 1, none is 0, orange is below zero. The paper’s Figure 5 (a).' },
  ],
});

const fusion = ({ fusion: rows }: DemoRecord): Section => ({
  id: 'fusion',
  title: 'What the fusion weighs', short: 'Fusion',
  body: rows.length === 0 ? absent : [
    paragraph(fusionReading(rows)),
    {
      layout: 'pair',
      charts: byModality(rows).map((group) => fusionChart(group, Math.max(...rows.map(({ weight }) => weight)))),
      caption: 'Mean weight of every latent token over the test split. The dashed line is an equal share. The paper’s Figure 5 (b).',
    },
  ],
});

const depth = ({ backbones: { visual, audio } }: DemoRecord): Section => ({
  id: 'depth',
  title: 'How much each block changes its tokens', short: 'Backbones',
  body: [
    paragraph(`${depthReading('visual', visual)} ${depthReading('audio', audio)}`),
    {
      layout: 'pair',
      charts: ((least) => [depthChart('visual', visual, least), depthChart('audio', audio, least)])(Math.min(0.9, Math.floor(10 * Math.min(...[...visual.cosine, ...audio.cosine].map(({ cosine }) => cosine))) / 10)),
      caption: 'Mean cosine of a token before and after each block of the frozen backbones, first block at the top. Filled dots are the blocks that MoLT reads. The paper’s Figure 4.',
    },
  ],
});

const strips = (paint: Paint, { strips: all, stripsOf, classNames }: DemoRecord): Section => ({
  id: 'strips',
  title: 'Clips of the test split', short: 'Clips',
  body: all.length === 0 ? absent : [
    paragraph(`${stripsOf}: in ${all.length} clips ${percent(all.flatMap(({ truth, prediction }) => truth.map((name, i) => Number(name === prediction[i]))).reduce((a, b, _, { length }) => a + b / length, 0))} % of the seconds are right. A second counts as an instrument only where it is both seen and heard.`),
    html`<ul class="legend" aria-hidden="true">${classNames.map((name) => html`<li><span class="swatch ${swatch(name, classNames)}"></span>${name}</li>`)}<li>✕ wrong</li></ul>`,
    ...all.map(strip(paint, classNames)),
  ],
});

const facts = ({ data, backbones, notes, classNames }: DemoRecord): Section => {
  const bone = ({ name, parameters, pretrainAccuracy }: DemoRecord['backbones']['visual']): string => `${name}, ${(parameters / 1e6).toFixed(2)} M parameters, frozen; ${percent(pretrainAccuracy)} % on held-out items of its pre-training pool`;
  return {
    id: 'data',
    title: 'Data and backbones', short: 'Data',
    body: [
      paragraph(data.note),
      html`<dl class="facts">
<dt>clips</dt><dd>${data.clips.train} to train, ${data.clips.val} to validate, ${data.clips.test} to test; ${data.segments} segments of one second each</dd>
<dt>classes</dt><dd>${classNames.join(', ')}</dd>
<dt>background</dt><dd>${percent(data.backgroundShare.train)}, ${percent(data.backgroundShare.val)} and ${percent(data.backgroundShare.test)} % of the segments</dd>
<dt>visual</dt><dd>${bone(backbones.visual)}</dd>
<dt>audio</dt><dd>${bone(backbones.audio)}</dd></dl>`,
      ...notes.map(paragraph),
    ],
  };
};

/** All sections in their order; the first answers the question of the report. */
export const sections = (paint: Paint, record: DemoRecord): readonly Section[] => [
  results(record), ...rivals(record), curves(record), confusion(record), strips(paint, record), router(record), tokens(record), fusion(record), depth(record), facts(record),
];
