/**
 * Bindings by name: what was given against what is needed, every difference in one message that fits a screen.
 * idea:  all missing, surplus, misshapen and wrongly typed names at once, so that a file is mended in one go.
 * not:   a check of a running plan (dsl/backends/bindings.ts), which knows leaves, not files.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Value } from '../../dsl/backend.ts';
import { type ElementType, sameSizes, type Sizes } from '../../dsl/expr.ts';
import { coordinates } from '../../dsl/safetensors/index.ts';
import { fault, type Fault, type FaultTag } from '../../shapes/fault.ts';
import { didYouMean, nearest } from '../../shapes/nearest.ts';
import { fewLines } from '../../shapes/few.ts';

/** What a name must be bound to. */
export interface Needed {
  readonly sizes: Sizes;
  readonly dtype: ElementType;
}

/** Greatest number of names told of in one fault. */
const mostLines = 12;

const show = ({ sizes, dtype }: Needed): string => `${dtype} [${sizes.join(', ')}]`;

/** A kind of difference, with a line for each name; lines are made when shown, since a hint costs time. */
interface Kind {
  readonly title: string;
  readonly tag: FaultTag;
  readonly lines: readonly (() => string)[];
}

/** Each kind gets an equal part of the screen, and the number of those left out. */
const screen = (kinds: readonly Kind[]): readonly string[] => {
  const share = Math.floor(mostLines / Math.max(1, kinds.length));
  return kinds.flatMap(({ title, lines }) => {
    const shown = lines.slice(0, share).map((line) => `${`${title}:`.padEnd(10)} ${line()}`);
    return lines.length > share ? [...shown, `and ${lines.length - share} more ${title}`] : shown;
  });
};

/**
 * The values (or what is known of them) under the needed names, in the order of `needed`. `where` names the file or the caller.
 * errors: Name (missing or surplus), else Shape, else Decode (dtype); one fault tells all differences of every kind, at most 12 names.
 */
export const matchNames = <V extends Needed>(where: string, given: ReadonlyMap<string, V>, needed: ReadonlyMap<string, Needed>): Either<Fault, ReadonlyMap<string, V>> => {
  const wanted = [...needed].map(([name, need]) => ({ name, need, value: given.get(name) }));
  const missing = wanted.filter(({ value }) => value === undefined);
  const free = missing.map(({ name }) => name);
  const present = wanted.flatMap(({ name, need, value }) => (value === undefined ? [] : [{ name, need, value }]));
  const misshapen = present.filter(({ need, value }) => !sameSizes(need.sizes, value.sizes));
  const mistyped = present.filter(({ need, value }) => sameSizes(need.sizes, value.sizes) && need.dtype !== value.dtype);
  const surplus = [...given].filter(([name]) => !needed.has(name));
  const found = ({ name, need, value }: { readonly name: string; readonly need: Needed; readonly value: V }) => () => `${name} is ${show(value)}, needed ${show(need)}`;
  const kinds: readonly Kind[] = [
    { title: 'missing', tag: 'Name' as const, lines: missing.map(({ name, need }) => () => `${name} ${show(need)}`) },
    {
      title: 'surplus',
      tag: 'Name' as const,
      lines: surplus.map(([name, value]) => () => `${name} ${show(value)}${didYouMean(name, nearest(name, free) === undefined ? needed.keys() : free)}`),
    },
    { title: 'misshapen', tag: 'Shape' as const, lines: misshapen.map(found) },
    { title: 'dtype', tag: 'Decode' as const, lines: mistyped.map(found) },
  ].filter(({ lines }) => lines.length > 0);
  const [first] = kinds;
  if (first === undefined) return right(new Map(present.map(({ name, value }) => [name, value])));
  const hint = first.tag === 'Name' ? 'check that this file was made for this configuration' : 'check the widths of the configuration against those that this file was made with';
  return left(fault(first.tag, where, screen(kinds), `exactly the ${needed.size} names of this model, each with its sizes and type`, hint));
};

/**
 * The same values, if every number in them is finite.
 * errors: NotFinite, naming each tensor with its first bad place, what stands there and how many there are; at most 12 tensors.
 */
export const checkFinite = (where: string, values: ReadonlyMap<string, Value>): Either<Fault, ReadonlyMap<string, Value>> => {
  const bad = [...values].flatMap(([name, value]) => {
    let count = 0;
    let first = -1;
    for (let i = 0; i < value.data.length; i++) {
      if (Number.isFinite(value.data[i])) continue;
      if (count === 0) first = i;
      count++;
    }
    return count === 0 ? [] : [`${name} ${show(value)}: ${value.data[first]} at ${coordinates(value.sizes, first)}, ${count} of ${value.data.length} not finite`];
  });
  if (bad.length === 0) return right(values);
  return left(fault('NotFinite', where, fewLines(bad, mostLines, 'tensors'), 'finite numbers only', 'look where these values were made: a NaN spreads from there'));
};
