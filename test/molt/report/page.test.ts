/** The page: whole, alone, the same every time, and safe from the names in it. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { printFault } from '../../../shapes/fault.ts';
import { renderReport } from '../../../molt/report/index.ts';
import type { DemoRecord } from '../../../molt/report/record.ts';
import { synthetic } from './synthetic.ts';

const pageOf = async (record: DemoRecord): Promise<string> => E.getOrElse<Parameters<typeof printFault>[0], string>(printFault)(await renderReport(record)());
/** Without the pictures, in whose letters any word may occur. */
const pageText = async (record: DemoRecord): Promise<string> => (await pageOf(record)).replace(/data:image[^"]+/g, 'picture');
const found = (text: string, what: RegExp): readonly string[] => [...text.matchAll(new RegExp(what, `${what.flags}g`))].map(([part]) => part);
const count = (text: string, part: string | RegExp): number => text.split(part).length - 1;

test('the same record gives the same bytes, also after JSON', async () => {
  const first = await pageOf(synthetic);
  const again: DemoRecord = JSON.parse(JSON.stringify(synthetic));
  expect((await pageOf(again)) === first).toBe(true);
});

test('every section is there, in order, and reachable from the list of contents', async () => {
  const page = await pageOf(synthetic);
  const ids = ['accuracy', 'curves', 'confusion', 'strips', 'router', 'tokens', 'fusion', 'depth', 'data'];
  expect([...page.matchAll(/<section id="(\w+)">/g)].map(([, id]) => id)).toEqual(ids);
  for (const id of [...ids, 'credits']) expect(count(page, `<a href="#${id}">`)).toBe(1);
  expect(page.startsWith('<!doctype html>')).toBe(true);
  expect(page.trimEnd().endsWith('</html>')).toBe(true);
  expect([count(page, 'name="viewport"'), count(page, 'prefers-color-scheme: dark')]).toEqual([1, 1]);
});

test('nothing is requested: pictures are inside, the only addresses are links in the credits and the name of SVG', async () => {
  const page = await pageOf(synthetic);
  expect(found(page, /<(?:script|link|iframe|object|embed|base)\b|@import|url\(|srcset=/i)).toEqual([]);
  expect([...page.matchAll(/ src="([^"]{0,22})/g)].map(([, start]) => start)).toEqual(Array.from({ length: synthetic.strips.length * 11 }, () => 'data:image/png;base64,'));
  const [body = '', credits = ''] = page.split('<footer');
  expect(found(body.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''), /https?:/)).toEqual([]);
  const links = [...credits.matchAll(/href="([^"]+)"/g)].map(([, address = '']) => address);
  expect(links.length).toBeGreaterThan(0);
  for (const address of links) expect(`${synthetic.credits.map(({ source, licence }) => source + licence).join(' ')}`).toContain(address);
});

test('charts and pictures say what they show', async () => {
  const page = await pageText(synthetic);
  const charts = [...page.matchAll(/<svg xmlns[^>]*>/g)].map(([tag]) => tag);
  // accuracy, curves, confusion, router twice a layer pair, cosine maps, fusion, backbones
  expect(charts.length).toBe(1 + 3 + 1 + 2 * 2 + 4 + 4 + 2);
  for (const tag of charts) expect(tag).toMatch(/role="img" aria-label="[^"]{30,}"/);
  expect(count(page, '<img ')).toBe(synthetic.strips.length * 11);
  expect(count(page, / alt="[^"]{10,}"/)).toBe(synthetic.strips.length * 11);
  expect(found(page, /NaN|undefined|\[object|Infinity/)).toEqual([]);
});

test('a wrong answer is marked without colour: a frame, a cross, a word', async () => {
  const page = await pageText(synthetic);
  const wrong = synthetic.strips.flatMap(({ truth, prediction }) => truth.filter((name, i) => name !== prediction[i])).length;
  expect(wrong).toBeGreaterThan(0);
  expect(count(page, ' miss">')).toBe(wrong);
  expect(count(page, '(wrong)')).toBe(wrong);
  expect(count(page, '<td class="cross">✕</td>')).toBe(wrong);
});

test('no name becomes an element or leaves its attribute', async () => {
  const nasty = '<b onclick="x">&\'"</b>';
  const [first, ...rest] = synthetic.methods;
  if (first === undefined) throw new Error('the record has methods');
  const page = await pageText({
    ...synthetic,
    title: nasty,
    methods: [{ ...first, label: nasty }, ...rest],
    confusion: { ...synthetic.confusion, classes: synthetic.confusion.classes.map((name, i) => (i === 0 ? nasty : name)) },
    router: synthetic.router.map((row) => ({ ...row, expert: `${row.expert} ${nasty}` })),
    backbones: { ...synthetic.backbones, visual: { ...synthetic.backbones.visual, name: nasty } },
    strips: synthetic.strips.map((strip) => ({ ...strip, clip: nasty, note: nasty })),
    credits: [{ source: `${nasty} https://example.org/"onmouseover="x`, licence: 'javascript:alert(1)', use: nasty }],
    notes: [nasty],
  });
  expect(found(page, /<b onclick|<[^>]*"onmouseover=|href="javascript/)).toEqual([]);
  expect(count(page, '&lt;b onclick=')).toBeGreaterThan(10);
});

test('what a run did not record is said, and one seed has no spread', async () => {
  const { intervals: _, ...bare } = synthetic;
  const page = await pageText({ ...bare, seeds: [1], methods: synthetic.methods.map((method) => ({ ...method, runs: method.runs.slice(0, 1) })), router: [], fusion: [], cosineMaps: [], strips: [] });
  expect(count(page, 'Not recorded in this run.')).toBe(4);
  expect(count(page, 'with one seed the spread is unknown')).toBe(1);
  expect(found(page, /NaN|undefined|Infinity/)).toEqual([]);
});

test('rivals have a section of their own, behind the accuracies; names in it are text', async () => {
  const nasty = '<i onclick="x">';
  const page = await pageText({
    ...synthetic,
    methods: synthetic.methods.map((method, i) => ({ ...method, label: i === 1 ? nasty : method.label, training: { place: i % 2 === 0 ? 'beside' : 'inside', steps: 120, epochs: 12, rate: 0.002, headRate: 0.02, secondsOfFeatures: 3 } })),
    rivals: { rule: nasty, source: nasty, published: [{ method: 'molt', accuracy: 83.5 }, { method: 'pooled', accuracy: 78.6 }, { method: 'uni', accuracy: 82.2 }] },
  });
  expect([...page.matchAll(/<section id="(\w+)">/g)].map(([, id]) => id).slice(0, 3)).toEqual(['accuracy', 'rivals', 'curves']);
  expect(count(page, '<a href="#rivals">')).toBe(1);
  expect(page).toContain('Kendall’s τ');
  expect(found(page, /<i onclick|NaN|undefined|Infinity/)).toEqual([]);
});
