/**
 * What all charts share: colours by their names in the style sheet, quiet axes, small type.
 * idea:  a chart names colours as the page does, so one drawing serves light and dark.
 */
import type { TopLevelSpec } from 'vega-lite';

export const ink = { strong: 'var(--ink)', soft: 'var(--soft)', faint: 'var(--faint)', line: 'var(--line)', accent: 'var(--accent)', warm: 'var(--warm)', onFill: 'var(--on-fill)' } as const;

export const config: NonNullable<TopLevelSpec['config']> = {
  background: 'transparent',
  view: { stroke: null },
  axis: {
    labelColor: ink.soft, titleColor: ink.soft, gridColor: ink.line, domainColor: ink.line, tickColor: ink.line,
    labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', titlePadding: 6, tickSize: 4, domain: false, ticks: false, labelPadding: 6,
  },
  title: { color: ink.strong, anchor: 'start', frame: 'group', fontSize: 12, fontWeight: 600, offset: 10, subtitleColor: ink.soft, subtitleFontSize: 11, subtitlePadding: 3 },
  text: { color: ink.strong, fontSize: 11 },
};

/** A chart whose plot and margins have the sizes they are given: no text is measured, so charts of a kind are alike in size. */
export const framed = (top: number, right: number, bottom: number, left: number) => ({ config, autosize: { type: 'none' }, padding: { top, right, bottom, left } }) as const;

/** A title as a mark: vega puts titles above the highest label of an axis, which differs between charts that stand side by side. */
export const heading = (text: string) =>
  ({ data: { values: [{ text }] }, mark: { type: 'text', align: 'left', fontSize: 12, fontWeight: 600 }, encoding: { x: { value: 0 }, y: { value: -18 }, text: { field: 'text' } } }) as const;

/** Room for labels of names, about seven pixels a letter. */
export const labelRoom = (names: readonly string[], most = 170): number => Math.min(most, Math.max(0, ...names.map((name) => name.length)) * 6.8 + 10);

/** Colours and dashes of the methods; the one the report is about takes the accent. */
export interface Stroke {
  readonly colour: string;
  readonly dash: readonly number[];
}
const controls: readonly Stroke[] = [
  { colour: 'var(--m1)', dash: [6, 3] }, { colour: 'var(--m2)', dash: [2, 2] }, { colour: 'var(--m3)', dash: [8, 3, 2, 3] }, { colour: 'var(--m4)', dash: [4, 4] }, { colour: 'var(--m5)', dash: [1, 3] },
  { colour: 'var(--m6)', dash: [10, 2] }, { colour: 'var(--m7)', dash: [5, 2, 1, 2] },
];
export const strokes = (names: readonly string[], focus: string): ReadonlyMap<string, Stroke> => {
  const others = names.filter((name) => name !== focus);
  return new Map(names.map((name) => [name, name === focus ? { colour: ink.accent, dash: [] } : (controls[others.indexOf(name) % controls.length] ?? { colour: ink.soft, dash: [] })]));
};
