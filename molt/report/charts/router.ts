/**
 * The router's weights: for every layer pair the mean of each adapter with its spread over samples, and the means by class.
 */
import { distinct } from '../numbers.ts';
import type { RouterRecord } from '../record.ts';
import type { Chart } from '../tools.ts';
import { heat } from './heat.ts';
import { framed, ink, labelRoom } from './theme.ts';

/** One chart a layer pair; the dashed line is what equal shares would be. */
export const routerCharts = (rows: readonly RouterRecord[]): readonly Chart[] => {
  const experts = distinct(rows.map(({ expert }) => expert));
  const most = Math.max(...rows.map(({ mean, std }) => mean + std));
  return distinct(rows.map(({ layer }) => layer)).map((layer) => {
    const here = rows.filter((row) => row.layer === layer);
    return {
      alt: `Router weights of ${layer}: ${here.map(({ expert, mean, std }) => `${expert} ${mean.toFixed(2)} ± ${std.toFixed(2)}`).join('; ')}.`,
      spec: {
        ...framed(30, 8, 42, labelRoom(experts)),
        title: { text: layer },
        width: 190,
        height: experts.length * 26,
        data: { values: here.map(({ expert, mean, std }) => ({ expert, mean, low: Math.max(0, mean - std), high: mean + std, text: mean.toFixed(2) })) },
        encoding: { y: { field: 'expert', type: 'nominal', sort: [...experts], axis: { title: null, labelLimit: 160 } } },
        layer: [
          { mark: { type: 'bar', height: 12, color: ink.accent, opacity: 0.55 }, encoding: { x: { field: 'mean', type: 'quantitative', scale: { domain: [0, Math.min(1, Math.ceil(most * 10) / 10)] }, axis: { title: 'weight', tickCount: 4 } } } },
          { mark: { type: 'rule', color: ink.strong, strokeWidth: 1.25 }, encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } } },
          { data: { values: [{ x: 1 / here.length }] }, mark: { type: 'rule', strokeDash: [3, 3], color: ink.soft }, encoding: { x: { field: 'x', type: 'quantitative' }, y: { value: 0 }, y2: { value: 'height' } } },
        ],
      },
    };
  });
};

/** Classes down, adapters across, one chart a layer pair: above an equal share in one hue, below it in the other. Empty where the record has no classes. */
export const routerByClass = (rows: readonly RouterRecord[], classes: readonly string[]): readonly Chart[] =>
  distinct(rows.map(({ layer }) => layer)).flatMap((layer): readonly Chart[] => {
    const here = rows.filter((row) => row.layer === layer);
    const cells = here.flatMap(({ expert, byClass = [] }) => byClass.map((one) => ({ row: one.class, column: expert, mean: one.mean })));
    if (cells.length === 0) return [];
    const equal = 1 / here.length;
    const widest = Math.max(0.1, ...cells.map(({ mean }) => Math.abs(mean - equal)));
    return [{
      alt: `Mean router weights of ${layer} by class of the segment: ${here.map(({ expert, byClass = [] }) => `${expert} from ${Math.min(...byClass.map(({ mean }) => mean)).toFixed(2)} to ${Math.max(...byClass.map(({ mean }) => mean)).toFixed(2)}`).join('; ')}.`,
      spec: heat({
        title: layer,
        corner: '',
        rows: classes,
        columns: here.map(({ expert }) => expert),
        step: [48, 23],
        cells: cells.map(({ row, column, mean }) => ({ row, column, shade: (0.7 * (mean - equal)) / widest, text: mean.toFixed(2) })),
      }),
    }];
  });
