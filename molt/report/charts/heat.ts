/**
 * A table as colours: a cell's fill says how much, its text says exactly.
 * idea:  one hue whose opacity is the value, so that nothing is the colour of the page and much is the colour of ink, in light and dark.
 */
import type { TopLevelSpec } from 'vega-lite';
import { config, ink, labelRoom } from './theme.ts';

export interface Cell {
  readonly row: string;
  readonly column: string;
  /** between 0 and 1: how strong the fill is */
  readonly shade: number;
  readonly text: string;
}

export interface Heat {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
  readonly rowTitle: string;
  readonly columnTitle: string;
  /** side of a cell: across, down */
  readonly step: readonly [number, number];
}

export const heat = ({ rows, columns, cells, rowTitle, columnTitle, step }: Heat): TopLevelSpec => ({
  config,
  padding: 4,
  width: columns.length * step[0],
  height: rows.length * step[1],
  data: { values: cells.map((cell) => ({ ...cell, ink: cell.shade > 0.55 ? ink.onFill : ink.strong })) },
  encoding: {
    x: { field: 'column', type: 'nominal', sort: [...columns], scale: { paddingInner: 0.04, paddingOuter: 0 }, axis: { title: columnTitle === '' ? null : columnTitle, orient: 'top', labelAngle: columns.some((name) => name.length * 6 > step[0]) ? -40 : 0 } },
    y: { field: 'row', type: 'nominal', sort: [...rows], scale: { paddingInner: 0.04, paddingOuter: 0 }, axis: { title: rowTitle === '' ? null : rowTitle, minExtent: labelRoom(rows), maxExtent: labelRoom(rows) } },
  },
  layer: [
    { mark: { type: 'rect', fill: ink.line, fillOpacity: 0.35 } },
    { mark: { type: 'rect', fill: ink.accent }, encoding: { fillOpacity: { field: 'shade', type: 'quantitative', scale: null } } },
    { mark: { type: 'text', fontSize: 10.5 }, encoding: { text: { field: 'text' }, color: { field: 'ink', type: 'nominal', scale: null } } },
  ],
});
