/**
 * Readme: the short table of README.md, made of the committed results: ours beside the peers, with the goal.
 * laws:  test/bench.test.ts: the block in README.md is what the committed results give
 */
import { cases } from './cases.ts';
import type { MeasuredSide, Results } from './results.ts';
import { type MeasuredRatio, exponentsOf, labelOf, lettersOf, ratiosOf, rowOf, shown } from './table.ts';
import { median } from './statistics.ts';

const open = '<!-- bench: written by `npm run bench -- --readme` -->';
const close = '<!-- end of bench -->';

/** The text with its block replaced. @throws Error where there is no block */
export const withBlock = (text: string, block: string): string => {
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`no block between ${open} and ${close}`);
  return `${text.slice(0, from + open.length)}\n${block}${text.slice(to)}`;
};
export const blockOf = (text: string): string => text.slice(text.indexOf(open) + open.length + 1, text.indexOf(close));

const values = {
  time: (side: MeasuredSide) => `${shown(median(side.rounds))} ms`,
  peak: (side: MeasuredSide) => `${shown((side.memory?.peak ?? Number.NaN) / 1e6)} MB`,
  saved: (side: MeasuredSide) => `${shown((side.memory?.saved ?? Number.NaN) / 1e6)} MB`,
} as const satisfies { readonly [K in MeasuredRatio['of']]: (side: MeasuredSide) => string };
const what = { time: '', peak: ', peak memory', saved: ', saved for backward' } as const satisfies { readonly [K in MeasuredRatio['of']]: string };

const line = (results: Results, { size, ratio, of, value, goal }: MeasuredRatio): string => {
  const side = (name: string): string => { const found = size.sides.find((s) => s.side === name); return found === undefined ? '' : `${labelOf(name)} ${values[of](found)}`; };
  return rowOf(`${results.case}, ${lettersOf(size)}${what[of]}`, side(ratio.ours), side(ratio.theirs), value.toFixed(2), goal === undefined ? '' : `≤ ${goal}`);
};

/** Empty without results. */
export const readmeTable = (all: readonly Results[]): string => {
  const ordered = cases.flatMap((own) => all.filter((r) => r.case === own.name).map((results) => ({ own, results })));
  const [first] = ordered;
  if (first === undefined) return '';
  const { machine, threads } = first.results;
  const lines = ordered.flatMap(({ own, results }) => ratiosOf(results, own).map((ratio) => line(results, ratio)));
  const fits = ordered.flatMap(({ own, results }) => exponentsOf(results, own).map(({ side, letter, exponent }) => `${results.case}: ${labelOf(side)} takes c · ${letter}^${exponent.toFixed(2)}`));
  return [
    `${machine.processor}, ${machine.cores} cores, ${threads} threads a side (TensorFlow.js and jax-js have one); medians of interleaved rounds, ratios round by round. All rows: [bench/results/table.md](bench/results/table.md).`, '',
    rowOf('case', 'ours', 'theirs', 'ratio', 'goal'), rowOf('---', '---', '---', '---', '---'), ...lines, ...(fits.length === 0 ? [] : ['', `${fits.join('; ')}.`]), '',
  ].join('\n');
};
