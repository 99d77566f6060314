/**
 * Learning curves: for every method the mean over the seeds, and a band from the lowest to the highest.
 */
import type { TopLevelSpec } from 'vega-lite';
import { mean, range } from '../../statistics.ts';
import { distinct } from '../numbers.ts';
import type { DemoRecord, EpochRecord, MethodRecord } from '../record.ts';
import type { Chart } from '../tools.ts';
import { framed, heading, strokes } from './theme.ts';

type Layers = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'];

interface Quantity {
  readonly title: string;
  readonly of: (epoch: EpochRecord) => number | undefined;
}

const quantities: readonly Quantity[] = [
  { title: 'validation accuracy, %', of: ({ valAccuracy }) => 100 * valAccuracy },
  { title: 'training loss', of: ({ trainLoss }) => trainLoss },
  { title: 'orthogonality term (TOR)', of: ({ torLoss }) => torLoss },
];

const points = (method: MethodRecord, of: Quantity['of']) => {
  const epochs = distinct(method.runs.flatMap(({ curve }) => curve.map(({ epoch }) => epoch))).toSorted((a, b) => a - b);
  return epochs.flatMap((epoch) => {
    const found = method.runs.flatMap(({ curve }) => curve.filter((one) => one.epoch === epoch).map(of)).filter((value) => value !== undefined);
    const [low, high] = range(found);
    return found.length === 0 ? [] : [{ epoch, mean: mean(found), low, high }];
  });
};

/** One chart a quantity that any method has. */
export const curveCharts = (record: DemoRecord): readonly Chart[] => {
  const colours = strokes(record.methods.map(({ name }) => name), record.focus);
  // the method of the report is drawn last, above the others
  const drawn = [...record.methods.filter(({ name }) => name !== record.focus), ...record.methods.filter(({ name }) => name === record.focus)];
  return quantities.flatMap(({ title, of }): readonly Chart[] => {
    const curves = drawn.map((method) => ({ method, rows: points(method, of) })).filter(({ rows }) => rows.length > 0);
    if (curves.length === 0) return [];
    const ends = curves.map(({ method, rows }) => `${method.label} from ${(rows[0]?.mean ?? 0).toFixed(2)} to ${(rows[rows.length - 1]?.mean ?? 0).toFixed(2)}`);
    const layers: Layers = curves.map(({ method, rows }) => {
      const { colour, dash } = colours.get(method.name) ?? { colour: 'currentColor', dash: [] };
      return {
        data: { values: rows },
        encoding: { x: { field: 'epoch', type: 'quantitative', axis: { title: 'epoch', tickMinStep: 1, tickCount: 5, grid: false } } },
        layer: [
          { mark: { type: 'area', color: colour, opacity: 0.13 }, encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } } },
          { mark: { type: 'line', color: colour, strokeDash: [...dash], strokeWidth: method.name === record.focus ? 2.25 : 1.5 }, encoding: { y: { field: 'mean', type: 'quantitative', scale: { zero: false }, axis: { title: null, tickCount: 5 } } } },
        ],
      };
    });
    return [{
      alt: `Learning curves, ${title} by epoch, means over seeds: ${ends.join('; ')}.`,
      spec: { ...framed(30, 6, 40, 30), width: 200, height: 150, layer: [heading(title), ...layers] },
    }];
  });
};
