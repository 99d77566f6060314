/**
 * Test accuracy of every method: a dot a seed, a bar of one standard deviation to both sides, a tick at the mean.
 * idea:  dots, not bars from zero: what counts is whether the clouds overlap. The share of the background is drawn as a line, because
 *        always answering it costs nothing.
 */
import type { DemoRecord } from '../record.ts';
import { range } from '../../statistics.ts';
import { plusMinus, testAccuracy } from '../numbers.ts';
import type { Chart } from '../tools.ts';
import { framed, ink, strokes } from './theme.ts';

const rowHeight = 46;
const width = 390;

export const accuracyChart = (record: DemoRecord): Chart => {
  const colours = strokes(record.methods.map(({ name }) => name), record.focus);
  const always = 100 * record.data.backgroundShare.test;
  const means = record.methods.map((method, row) => {
    const { mean, std } = testAccuracy(method);
    const spread = Number.isFinite(std) ? std : 0;
    const interval = record.intervals?.methods.find((one) => one.method === method.name);
    const low = interval?.low ?? mean;
    const high = interval?.high ?? mean;
    return { y: row * rowHeight + 30, label: method.label, written: `${plusMinus({ mean, std })} %`, mean: 100 * mean, from: 100 * (mean - spread), to: 100 * (mean + spread), low: 100 * low, high: 100 * high, colour: colours.get(method.name)?.colour ?? ink.soft };
  });
  const dots = record.methods.flatMap((method, row) => method.runs.map((run) => ({ y: row * rowHeight + 30, x: 100 * run.testAccuracy, colour: colours.get(method.name)?.colour ?? ink.soft })));
  const [least, most] = range([always, ...dots.map(({ x }) => x), ...means.flatMap(({ from, to, low, high }) => [from, to, low, high])].filter(Number.isFinite));
  const domain = [Math.max(0, Math.floor((least - 1) / 5) * 5), Math.min(100, Math.ceil((most + 1) / 5) * 5)];
  const scale = { domain, nice: false, zero: false };
  const y = { field: 'y', type: 'quantitative', scale: null, axis: null } as const;
  return {
    alt: `Test accuracy by method: ${means.map(({ label, written }) => `${label} ${written}`).join('; ')}. Always answering background gives ${always.toFixed(1)} %.`,
    spec: {
      ...framed(4, 12, 44, 4),
      width,
      height: record.methods.length * rowHeight,
      data: { values: means },
      encoding: { y },
      layer: [
        { mark: { type: 'bar', height: 18, opacity: 0.13, cornerRadius: 2 }, encoding: { x: { field: 'low', type: 'quantitative', scale, axis: { title: 'segments of the test split named correctly, %', tickCount: 6 } }, x2: { field: 'high' }, color: { field: 'colour', type: 'nominal', scale: null } } },
        { data: { values: [{ x: always, text: 'always background' }] }, layer: [
          { mark: { type: 'rule', strokeDash: [3, 3], color: ink.faint }, encoding: { x: { field: 'x', type: 'quantitative' }, y: { value: 0 }, y2: { value: 'height' } } },
          { mark: { type: 'text', align: always > (domain[0] ?? 0) + ((domain[1] ?? 100) - (domain[0] ?? 0)) / 2 ? 'right' : 'left', dx: 5, color: ink.faint, fontSize: 10, baseline: 'bottom' }, encoding: { x: { field: 'x', type: 'quantitative' }, y: { value: record.methods.length * rowHeight - 2 }, text: { field: 'text' } } },
        ] },
        { mark: { type: 'rule', strokeWidth: 2 }, encoding: { x: { field: 'from', type: 'quantitative' }, x2: { field: 'to' }, color: { field: 'colour', type: 'nominal', scale: null } } },
        { mark: { type: 'tick', thickness: 2, size: 20, orient: 'vertical' }, encoding: { x: { field: 'mean', type: 'quantitative' }, color: { field: 'colour', type: 'nominal', scale: null } } },
        { data: { values: dots }, mark: { type: 'point', filled: true, size: 38, opacity: 0.8 }, encoding: { x: { field: 'x', type: 'quantitative' }, color: { field: 'colour', type: 'nominal', scale: null } } },
        ...[{ stroke: 'var(--paper)', strokeWidth: 5 }, {}].flatMap((halo) => [
          { mark: { type: 'text', align: 'left', dy: -19, fontSize: 12, ...halo }, encoding: { x: { value: 0 }, text: { field: 'label' } } } as const,
          { mark: { type: 'text', align: 'right', dy: -19, fontSize: 11, color: ink.soft, ...halo }, encoding: { x: { value: width }, text: { field: 'written' } } } as const,
        ]),
      ],
    },
  };
};
