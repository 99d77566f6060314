/**
 * Memory: what a training step of each variant keeps and takes at its worst moment, batch by batch, as a table and as JSON, with the
 * arithmetic of LAVisH beside MoLT where both are there.
 * idea:   every batch is costed by itself: nothing in the table is extrapolated.
 * not:    measuring: `npm run bench -- training-memory` holds engines to these predictions.
 */
import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { bytes, percent } from '../report/numbers.ts';
import { clipSegments, stepMemory, type StepMemory, wholeMemory } from '../variants/memory.ts';
import type { Variant } from '../variants/variant.ts';
import { isParallel } from '../variants/variant.ts';
import type { Flag } from './flags.ts';
import { aligned, grouped } from './table.ts';

const range = /^([1-9]\d{0,3})-([1-9]\d{0,3})$/;
const list = /^[1-9]\d{0,3}(,[1-9]\d{0,3})*$/;

/** Batches: `1-8` or `1,2,4,8`. */
export const batches = (about: string): Flag<readonly number[]> => ({
  about, placeholder: 'B,B...|B-B',
  read: (given) => {
    const [, from, to] = range.exec(given) ?? [];
    const found = from !== undefined && to !== undefined ? Array.from({ length: Math.max(0, Number(to) - Number(from) + 1) }, (_, i) => Number(from) + i) : list.test(given) ? given.split(',').map(Number) : [];
    return found.length === 0 || found.length > 64 ? left('batches as 1-8 or 1,2,4, at most 64 of them') : right(found);
  },
});

/** One variant at every batch. */
export interface VariantMemory {
  readonly variant: Variant;
  readonly steps: readonly StepMemory[];
  /** MoLT's with its trunks in the same step, for the arithmetic; none for the others */
  readonly whole: readonly StepMemory[];
}

const all = <A>(made: readonly Either<Fault, A>[]): Either<Fault, readonly A[]> => made.find(isLeft) ?? right(made.flatMap((one) => (isLeft(one) ? [] : [one.right])));

/** Every batch of a variant. errors: those of `systemOf` */
export const memoryOfVariant = (asked: readonly number[]) => (variant: Variant): Either<Fault, VariantMemory> => {
  const whole = variant.adapter.kind === 'molt' && variant.backbones !== undefined;
  const steps = all(asked.map((batch) => stepMemory(variant, batch)));
  if (isLeft(steps)) return steps;
  return pipe(all(whole ? asked.map((batch) => wholeMemory(variant, batch)) : []), map((inFront) => ({ variant, steps: steps.right, whole: inFront })));
};

const titles = ['  adapter', 'batch', 'saved', 'passing', 'share', 'peak', 'with moments'] as const;
const sides = ['left', ...titles.slice(1).map(() => 'right' as const)] as const;

const stepRow = (name: string, { batch, saved, passing, share, peak, resident }: StepMemory): readonly string[] =>
  [`  ${name}`, String(batch), bytes(saved.total), bytes(passing), `${percent(share)} %`, bytes(peak), bytes(resident)];

const parts = ({ moment: { saved, weights, results, data, working } }: StepMemory): string =>
  `saved ${grouped(saved)} + weights in use ${grouped(weights)} + gradients ${grouped(results)} + inputs and constants ${grouped(data)} + the step itself ${grouped(working)}`;

/** LAVisH's greatest moment beside MoLT's at one batch: what the ratio is made of. */
export const arithmetic = (lavish: StepMemory, molt: StepMemory, whole: StepMemory | undefined): readonly string[] => {
  const ratio = (what: string, ours: StepMemory, of: (step: StepMemory) => number): string => `  ${what.padEnd(46)} ${grouped(of(lavish))} / ${grouped(of(ours))} = ${(of(lavish) / of(ours)).toFixed(1)}`;
  return [
    `LAVisH : MoLT, batch ${lavish.batch}`,
    `  LAVisH  ${grouped(lavish.peak)} B = ${parts(lavish)}`,
    `  MoLT    ${grouped(molt.peak)} B = ${parts(molt)}`,
    ratio('peak', molt, (s) => s.peak),
    ratio('peak, weights and moments in memory throughout', molt, (s) => s.resident),
    ratio('saved for backward', molt, (s) => s.saved.total),
    ...(whole === undefined ? [] : [ratio('peak, MoLT with its trunks in the step', whole, (s) => s.peak), ratio('the same, weights and moments throughout', whole, (s) => s.resident)]),
  ];
};

/** The arithmetic at every batch where both are there, of the first of each kind. */
const comparison = (found: readonly VariantMemory[]): readonly string[] => {
  const [lavish, molt] = (['lavish', 'molt'] as const).map((kind) => found.find(({ variant }) => variant.adapter.kind === kind));
  if (lavish === undefined || molt === undefined) return [];
  return lavish.steps.flatMap((step, i) => molt.steps.slice(i, i + 1).flatMap((own) => ['', ...arithmetic(step, own, molt.whole[i])]));
};

const placeOf = (variant: Variant): string => (isParallel(variant) ? 'beside' : 'inside');

/** The table, what its words mean, and the arithmetic. */
export const memoryPage = (found: readonly VariantMemory[]): string =>
  [
    'One training step, single precision, equations as written; nothing is run. A batch counts clips of so many segments:',
    ...found.map(({ variant: { name, adapter, task, backbones }, variant }) => `  ${name}: ${adapter.kind} ${placeOf(variant)} ${backbones === undefined ? 'its trunks' : `${backbones.visual}, ${backbones.shared === true ? 'shared' : backbones.audio}`}, ${clipSegments(task)}`),
    '',
    ...aligned(sides, [titles, ...found.flatMap(({ variant, steps }) => steps.map((step) => stepRow(variant.name, step)))]),
    '',
    'saved    bytes kept between forward and backward',
    'passing  of these, what is kept only because gradients pass through frozen blocks: what would be free if each trained block were given',
    '         the gradient of its outputs. share: of all that is saved',
    'peak     bytes alive at the worst step, weights while they are in use; with moments: weights and AdamW\'s two moments in memory throughout',
    'Beside the trunks a step reads stored features, so it holds no trunk.',
    ...comparison(found),
  ].join('\n');

export const memoryJson = (found: readonly VariantMemory[]): unknown => ({
  schemaVersion: 1,
  memory: found.map(({ variant: { name, adapter, task }, variant, steps, whole }) => ({ name, adapter: adapter.kind, place: placeOf(variant), segments: clipSegments(task), steps, ...(whole.length === 0 ? {} : { whole }) })),
});
