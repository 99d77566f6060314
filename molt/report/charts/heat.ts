/**
 * A table as colours: a cell's fill says how much, its text says exactly.
 * idea:  a hue whose opacity is the value, so that nothing is the colour of the page and much is the colour of ink, in light and dark.
 */
import type { TopLevelSpec } from 'vega-lite';
import { framed, ink, labelRoom } from './theme.ts';

export interface Cell {
  readonly row: string;
  readonly column: string;
  /** between −1 and 1: how strong the fill is; below zero it takes the other hue */
  readonly shade: number;
  readonly text: string;
}

export interface Heat {
  readonly title?: string;
  /** stands in the corner and says what rows and columns are */
  readonly corner: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
  /** side of a cell: across, down */
  readonly step: readonly [number, number];
}

const tilt = 40;
/** most that a letter takes at 11 px in the usual plain faces */
const letter = 6.8;

export const heat = ({ title, corner, rows, columns, cells, step: [across, down] }: Heat): TopLevelSpec => {
  const longest = letter * Math.max(0, ...columns.map((name) => name.length));
  const tilted = longest > across;
  const top = (tilted ? 14 + longest * Math.sin((tilt * Math.PI) / 180) : 24) + (title === undefined ? 0 : 24);
  return {
    ...framed(top, tilted ? longest * Math.cos((tilt * Math.PI) / 180) - across / 2 : 4, 2, Math.max(labelRoom(rows), 10 + corner.length * letter)),
    ...(title === undefined ? {} : { title: { text: title } }),
    width: columns.length * across,
    height: rows.length * down,
    data: { values: cells.map((cell) => ({ ...cell, strength: Math.min(1, Math.abs(cell.shade)), hue: cell.shade < 0 ? ink.warm : ink.accent, ink: Math.abs(cell.shade) > 0.72 ? ink.onFill : ink.strong })) },
    encoding: {
      x: { field: 'column', type: 'nominal', sort: [...columns], scale: { paddingInner: 0.04, paddingOuter: 0 }, axis: { title: null, orient: 'top', labelAngle: tilted ? -tilt : 0, ...(tilted ? {} : { labelAlign: 'center' }) } },
      y: { field: 'row', type: 'nominal', sort: [...rows], scale: { paddingInner: 0.04, paddingOuter: 0 }, axis: { title: null, labelLimit: 160 } },
    },
    layer: [
      { mark: { type: 'rect', fill: ink.line, fillOpacity: 0.35 } },
      { mark: 'rect', encoding: { fill: { field: 'hue', type: 'nominal', scale: null }, fillOpacity: { field: 'strength', type: 'quantitative', scale: null } } },
      { mark: { type: 'text', fontSize: 10.5 }, encoding: { text: { field: 'text' }, color: { field: 'ink', type: 'nominal', scale: null } } },
      { data: { values: [{ text: corner }] }, mark: { type: 'text', align: 'right', color: ink.faint, fontSize: 10 }, encoding: { x: { value: -7 }, y: { value: -10 }, text: { field: 'text' } } },
    ],
  };
};
