/**
 * The router's weights: for every layer pair the mean of each adapter with its spread over samples, and the means by class.
 */
import { distinct } from '../numbers.ts';
import type { RouterRecord } from '../record.ts';
import type { Chart } from '../tools.ts';
import { heat } from './heat.ts';
import { config, ink, labelRoom } from './theme.ts';

/** One chart a layer pair; the dashed line is what equal shares would be. */
export const routerCharts = (rows: readonly RouterRecord[]): readonly Chart[] => {
  const experts = distinct(rows.map(({ expert }) => expert));
  const most = Math.max(...rows.map(({ mean, std }) => mean + std));
  return distinct(rows.map(({ layer }) => layer)).map((layer) => {
    const here = rows.filter((row) => row.layer === layer);
    return {
      alt: `Router weights of ${layer}: ${here.map(({ expert, mean, std }) => `${expert} ${mean.toFixed(2)} ± ${std.toFixed(2)}`).join('; ')}.`,
      spec: {
        config,
        padding: 4,
        title: { text: layer },
        width: 190,
        height: experts.length * 26,
        data: { values: here.map(({ expert, mean, std }) => ({ expert, mean, low: Math.max(0, mean - std), high: mean + std, text: mean.toFixed(2) })) },
        encoding: { y: { field: 'expert', type: 'nominal', sort: [...experts], axis: { title: null, minExtent: labelRoom(experts), maxExtent: labelRoom(experts) } } },
        layer: [
          { mark: { type: 'bar', height: 12, color: ink.accent, opacity: 0.55 }, encoding: { x: { field: 'mean', type: 'quantitative', scale: { domain: [0, Math.min(1, Math.ceil(most * 10) / 10)] }, axis: { title: 'weight', tickCount: 4 } } } },
          { mark: { type: 'rule', color: ink.strong, strokeWidth: 1.25 }, encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } } },
          { data: { values: [{ x: 1 / here.length }] }, mark: { type: 'rule', strokeDash: [3, 3], color: ink.soft }, encoding: { x: { field: 'x', type: 'quantitative' }, y: { value: 0 }, y2: { value: 'height' } } },
        ],
      },
    };
  });
};

/** Classes down, adapters of all layers across; the strongest weight has the strongest fill. Empty where the record has no classes. */
export const routerByClass = (rows: readonly RouterRecord[], classes: readonly string[]): readonly Chart[] => {
  const cells = rows.flatMap(({ layer, expert, byClass = [] }) => byClass.map((one) => ({ row: one.class, column: `${layer} · ${expert}`, mean: one.mean })));
  if (cells.length === 0) return [];
  const most = Math.max(...cells.map(({ mean }) => mean));
  return [{
    alt: `Mean router weights by class of the segment, ${classes.length} classes by ${rows.length} adapters; the highest is ${most.toFixed(2)}.`,
    spec: heat({
      rows: classes,
      columns: distinct(cells.map(({ column }) => column)),
      rowTitle: '',
      columnTitle: '',
      step: [44, 26],
      cells: cells.map(({ row, column, mean }) => ({ row, column, shade: (0.9 * mean) / most, text: mean.toFixed(2) })),
    }),
  }];
};
