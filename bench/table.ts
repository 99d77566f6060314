/**
 * Table: results as markdown: one table of times for each case, one of ratios beside their goals.
 * idea:  a pure function of the results, so the committed table can be compared with the committed numbers.
 */
import { type Case, cases, type Ratio } from './cases.ts';
import type { MeasuredSide, MeasuredSize, Results } from './results.ts';
import { isSide, sides } from './sides.ts';
import { exponent, median, ratioOf, summary } from './statistics.ts';

export const shown = (x: number): string => (!Number.isFinite(x) ? '–' : x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
const megabytes = (bytes: number | null | undefined): string => (bytes === null || bytes === undefined ? '' : shown(bytes / 1e6));
export const lettersOf = (size: MeasuredSize): string => Object.entries(size.letters).map(([name, value]) => `${name} = ${value}`).join(', ');
export const labelOf = (name: string): string => (isSide(name) ? sides[name].label : name);
export const rowOf = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const timeRow = (size: MeasuredSize, side: MeasuredSide): string => {
  const { median: middle, min, q1, q3 } = summary(side.rounds);
  return rowOf(lettersOf(size), labelOf(side.side), String(side.threads), shown(middle), shown(min), `${shown(q1)} – ${shown(q3)}`, String(side.rounds.length), megabytes(side.memory?.peak), megabytes(side.memory?.saved));
};

/** Medians of the rounds, least, quartiles; megabytes where they were measured. */
const timeTable = (results: Results): readonly string[] => [
  rowOf('size', 'side', 'threads', 'median, ms', 'least', 'quartiles', 'rounds', 'peak, MB', 'saved, MB'), rowOf(...Array.from({ length: 9 }, () => '---')),
  ...results.sizes.flatMap((size) => size.sides.map((side) => timeRow(size, side))),
  ...results.sizes.flatMap((size) => Object.entries(size.absent).map(([side, why]) => rowOf(lettersOf(size), labelOf(side), '', `left out: ${why}`, '', '', '', '', ''))),
];

export interface MeasuredRatio {
  readonly size: MeasuredSize;
  readonly ratio: Ratio;
  readonly of: 'time' | 'peak' | 'saved';
  readonly value: number;
  readonly goal: number | undefined;
}

const matches = (size: MeasuredSize, wanted: Readonly<Record<string, number>> | undefined): boolean => Object.entries(wanted ?? {}).every(([name, value]) => size.letters[name] === value);

const measures = {
  time: (ours: MeasuredSide, theirs: MeasuredSide) => ratioOf(ours.rounds, theirs.rounds),
  peak: (ours: MeasuredSide, theirs: MeasuredSide) => (ours.memory?.peak ?? Number.NaN) / (theirs.memory?.peak ?? Number.NaN),
  saved: (ours: MeasuredSide, theirs: MeasuredSide) => (ours.memory?.saved ?? Number.NaN) / (theirs.memory?.saved ?? Number.NaN),
} as const satisfies { readonly [K in MeasuredRatio['of']]: (ours: MeasuredSide, theirs: MeasuredSide) => number };
const kinds = ['time', 'peak', 'saved'] as const satisfies readonly MeasuredRatio['of'][];

/** Every ratio of a case that was measured. */
export const ratiosOf = (results: Results, of: Case): readonly MeasuredRatio[] =>
  results.sizes.flatMap((size) =>
    of.ratios.flatMap((ratio) => {
      const [ours, theirs] = [ratio.ours, ratio.theirs].map((name) => size.sides.find((s) => s.side === name));
      if (ours === undefined || theirs === undefined) return [];
      return kinds.map((kind): MeasuredRatio => ({ size, ratio, of: kind, value: measures[kind](ours, theirs), goal: ratio.goals.find((g) => g.of === kind && matches(size, g.letters))?.most })).filter(({ value }) => Number.isFinite(value));
    }));

const of = { time: 'time', peak: 'peak memory', saved: 'saved for backward' } as const satisfies { readonly [K in MeasuredRatio['of']]: string };

const ratioTable = (results: Results, own: Case): readonly string[] => {
  const rows = ratiosOf(results, own).map((r) => rowOf(lettersOf(r.size), `${labelOf(r.ratio.ours)} : ${labelOf(r.ratio.theirs)}`, of[r.of], r.value.toFixed(2), r.goal === undefined ? '' : `≤ ${r.goal}`));
  return rows.length === 0 ? [] : ['', rowOf('size', 'ours : theirs', 'of', 'ratio', 'goal'), rowOf('---', '---', '---', '---', '---'), ...rows];
};

/** For each side of a case with a fit: e of time ≈ c·letterᵉ. */
export const exponentsOf = (results: Results, { fit }: Case): readonly { readonly side: string; readonly letter: string; readonly exponent: number }[] => {
  if (fit === undefined) return [];
  const names = [...new Set(results.sizes.flatMap((size) => size.sides.map((s) => s.side)))];
  return names.flatMap((side) => {
    const points = results.sizes.flatMap((size) => { const found = size.sides.find((s) => s.side === side); const x = size.letters[fit]; return found === undefined || x === undefined ? [] : [[x, median(found.rounds)] as const]; });
    return points.length < 2 ? [] : [{ side, letter: fit, exponent: exponent(points) }];
  });
};
const fitLines = (results: Results, own: Case): readonly string[] => exponentsOf(results, own).flatMap((f) => ['', `${labelOf(f.side)}: time ≈ c · ${f.letter}^${f.exponent.toFixed(2)}`]);

/** For a case of items: seconds of one, by side. */
const itemLines = (results: Results, { perItem }: Case): readonly string[] =>
  perItem === undefined ? [] : ['', ...results.sizes.flatMap((size) => size.sides.map((side) => `- ${lettersOf(size)}, ${labelOf(side.side)}: ${(median(side.rounds) / 1000 / (size.letters[perItem] ?? 1)).toFixed(3)} s an item`))];

const percent = (share: number | null): string => (share === null ? 'unknown' : `${(100 * share).toFixed(0)} %`);

/** One case as markdown. */
export const caseTable = (results: Results): string => {
  const own = cases.find((c) => c.name === results.case);
  const foreign = Math.max(...results.sizes.map((s) => s.foreignShare ?? Number.NaN));
  return [
    `### ${results.case}`, '', `${results.about}. ${results.date}, ${results.machine.processor}, ${results.machine.cores} cores, ${results.threads} threads asked of each side; load ${results.load.before.toFixed(1)} before, ${results.load.after.toFixed(1)} after; others used at most ${percent(Number.isNaN(foreign) ? null : foreign)} of the processor.`, '',
    ...timeTable(results), ...(own === undefined ? [] : [...ratioTable(results, own), ...fitLines(results, own), ...itemLines(results, own)]), '',
  ].join('\n');
};

/** All cases, in the order of `cases`. */
export const wholeTable = (all: readonly Results[]): string => {
  const order = (name: string): number => cases.findIndex((c) => c.name === name);
  const versions = new Map(all.flatMap((r) => r.sizes.flatMap((s) => s.sides.flatMap((side) => Object.entries(side.versions)))));
  return [
    '# Measured', '', `Versions: ${[...versions].filter(([name]) => name !== 'engine').map(([name, version]) => `${name} ${version}`).join(', ')}. Made by \`npm run bench\`; sides of a case run in turns, each a process of its own.`, '',
    ...[...all].sort((a, b) => order(a.case) - order(b.case)).map(caseTable),
  ].join('\n');
};
