/**
 * Batch: one ONNX graph for every batch size, from the graphs of two.
 * idea:  the two graphs must be the same but for numbers that follow the batch. Sizes k·B are read from an input's shape when the model
 *        runs (a Reshape infers the one size that it does not know); numbers k/B and k·B, the weights of means, are computed.
 *        Inputs and outputs name the axis: B itself, never a multiple.
 * not:   proof from two points alone: a number that follows another law agrees with k·B at two sizes only by accident, and the caller
 *        tries sizes that no other axis has.
 * errors: Unsupported, naming the operation that can't follow the batch.
 */
import { bind, chain, Do, type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { elements } from '../expr.ts';
import { emitter, freshNames } from './emitter.ts';
import { type PlanGraph, shared } from './graph.ts';
import type { Extent, Graph, Initialiser, Operation, ValueInfo } from './proto.ts';
import { apply, type Attribute, bytesOfData, floats, int, ints, tensorTypes, type Tensor, type Term } from './term.ts';

/** A graph at a batch size. */
export interface Sized {
  readonly size: number;
  readonly made: PlanGraph;
}

const refuse = (where: string, given: readonly string[], needed: string): Fault => fault('Unsupported', `${where}, dynamic batch`, given, needed, 'export a fixed batch size');

const sameNumbers = (a: Tensor, b: Tensor): boolean => {
  if (a.type !== b.type || a.sizes.join() !== b.sizes.join() || a.data.byteLength !== b.data.byteLength) return false;
  if (a.data === b.data) return true;
  const [x, y] = [bytesOfData(a.data), bytesOfData(b.data)];
  return x.every((byte, i) => byte === y[i]);
};
const sameAttribute = (a: Attribute, b: Attribute | undefined): boolean =>
  b !== undefined && (a.kind === 'tensor' ? b.kind === 'tensor' && sameNumbers(a.value, b.value) : a.kind === b.kind && String(a.value) === String(b.value));
const sameOperation = (a: Operation, b: Operation | undefined): boolean =>
  b !== undefined && a.op === b.op && a.inputs.join('\n') === b.inputs.join('\n') && a.outputs.join('\n') === b.outputs.join('\n') &&
  Object.keys(a.attributes).length === Object.keys(b.attributes).length && Object.entries(a.attributes).every(([name, value]) => sameAttribute(value, b.attributes[name]));

/** k where x = k·m and y = k·n, for whole k. */
const multiple = (x: number, y: number, m: number, n: number): number | undefined => (x % m === 0 && x / m === y / n ? x / m : undefined);
const close = (x: number, y: number): boolean => Math.abs(x - y) <= 3e-7 * Math.abs(x);

/** A number that follows the batch. */
type Following = { readonly kind: 'sizes'; readonly entries: readonly { readonly k: number; readonly follows: boolean }[] } | { readonly kind: 'ratio' | 'product'; readonly k: number };

/** How an initialiser follows the batch: not at all, somehow, or in no way that can be said. */
const followingOf = (a: Tensor, b: Tensor, m: number, n: number): Following | 'fixed' | undefined => {
  if (sameNumbers(a, b)) return 'fixed';
  if (a.sizes.join() !== b.sizes.join() || a.type !== b.type) return undefined;
  const [xs, ys] = [Array.from(a.data, Number), Array.from(b.data, Number)];
  if (a.type === 'i64') {
    const entries = xs.map((x, i) => {
      const y = ys[i] ?? 0;
      return x === y ? { k: x, follows: false } : { k: multiple(x, y, m, n), follows: true };
    });
    const known = entries.flatMap(({ k, follows }) => (k === undefined ? [] : [{ k, follows }]));
    return known.length === entries.length ? { kind: 'sizes', entries: known } : undefined;
  }
  const [x = 0, y = 0] = [xs[0], ys[0]];
  if (a.type !== 'f32' || elements(a.sizes) !== 1) return undefined;
  return close(x * m, y * n) ? { kind: 'ratio', k: x * m } : close(x / m, y / n) ? { kind: 'product', k: x / m } : undefined;
};

const named = (name: string): Term => ({ kind: 'value', name });

/** The term of what follows the batch; `batch` is B as [1]. */
const termOf = (following: Following, batch: Term, { sizes }: Tensor): Term => {
  if (following.kind === 'sizes') {
    const parts = following.entries.map(({ k, follows }) => (!follows ? ints([k]) : k === 1 ? batch : apply('Mul', [batch, ints([k])])));
    const [only, ...rest] = parts;
    return only !== undefined && rest.length === 0 ? only : apply('Concat', parts, { axis: int(0) });
  }
  const size = apply('Cast', [batch], { to: int(tensorTypes.f32) });
  return apply('Reshape', [apply(following.kind === 'ratio' ? 'Div' : 'Mul', following.kind === 'ratio' ? [floats([following.k]), size] : [size, floats([following.k])]), ints(sizes)]);
};

/** A Reshape infers one size by itself. */
const inferred = (following: Following, users: readonly Operation[], name: string): Term | undefined =>
  following.kind === 'sizes' && following.entries.filter(({ follows }) => follows).length === 1 && users.every((o) => o.op === 'Reshape' && o.inputs[0] !== name && !('allowzero' in o.attributes))
    ? ints(following.entries.map(({ k, follows }) => (follows ? -1 : k)))
    : undefined;

/** The extents of an input or output. */
const extents = (a: ValueInfo, b: ValueInfo | undefined, m: number, n: number, symbol: string): Either<Fault, ValueInfo> => {
  const sizes = a.sizes.map((x, i): Extent | undefined => {
    const y = b?.sizes[i];
    return x === y ? x : x === m && y === n ? symbol : undefined;
  });
  const known = sizes.flatMap((x) => (x === undefined ? [] : [x]));
  return known.length === sizes.length && a.sizes.length === b?.sizes.length ? right({ ...a, sizes: known }) : left(refuse(a.name, [`[${a.sizes.join(', ')}] at batch ${m}`, `[${b?.sizes.join(', ') ?? ''}] at batch ${n}`], `axes that are the batch (${symbol}) or fixed`));
};

const allExtents = (a: readonly ValueInfo[], b: readonly ValueInfo[], m: number, n: number, symbol: string): Either<Fault, readonly ValueInfo[]> => {
  const found: ValueInfo[] = [];
  for (const [i, one] of a.entries()) {
    const value = extents(one, b[i], m, n, symbol);
    if (isLeft(value)) return value;
    found.push(value.right);
  }
  return right(found);
};

const usersOf = (graph: Graph): ReadonlyMap<string, readonly Operation[]> => {
  const users = new Map<string, Operation[]>();
  for (const o of graph.operations) for (const name of o.inputs) users.set(name, [...(users.get(name) ?? []), o]);
  return users;
};

const namesIn = (graph: Graph): ReadonlySet<string> => new Set([...graph.inputs, ...graph.outputs, ...graph.initialisers].map(({ name }) => name).concat(graph.operations.flatMap((o) => o.outputs)));

const show = (o: Operation | undefined): string => (o === undefined ? 'no operation' : `${o.op}(${o.inputs.join(', ')}) at ${o.name}`);

/** The graph that both are instances of. `symbol`: the batch axis in the sizes of inputs and outputs. */
const overBatches = (a: Sized, b: Sized, symbol: string): Either<Fault, PlanGraph> => {
  const [m, n] = [a.size, b.size];
  const [one, other] = [a.made.graph, b.made.graph];
  const at = Array.from({ length: Math.max(one.operations.length, other.operations.length) }, (_, i) => i).find((i) => { const o = one.operations[i]; return o === undefined || !sameOperation(o, other.operations[i]); });
  if (at !== undefined) return left(refuse(one.operations[at]?.name ?? one.name, [`${show(one.operations[at])} at batch ${m}`, `${show(other.operations[at])} at batch ${n}`], 'the same operations at every batch size'));

  const inputs = allExtents(one.inputs, other.inputs, m, n, symbol);
  if (isLeft(inputs)) return inputs;
  const outputs = allExtents(one.outputs, other.outputs, m, n, symbol);
  if (isLeft(outputs)) return outputs;

  const source = inputs.right.find(({ sizes }) => sizes.includes(symbol));
  if (source === undefined) return left(refuse(one.name, ['no input with a batch axis'], 'an input whose size follows the batch'));
  const axis = source.sizes.indexOf(symbol);
  const emit = emitter(freshNames(namesIn(one)));
  const batch = apply('Shape', [named(source.name)], { start: int(axis), end: int(axis + 1) });
  const users = usersOf(one);
  const renamed = new Map<string, string>();
  const kept: Initialiser[] = [];
  for (const [i, initialiser] of one.initialisers.entries()) {
    const { name, tensor } = initialiser;
    const twin = other.initialisers[i];
    const following = twin === undefined ? undefined : followingOf(tensor, twin.tensor, m, n);
    if (following === undefined) return left(refuse(users.get(name)?.[0]?.name ?? name, [`[${[...tensor.data].join(', ')}] at batch ${m}`, `[${twin === undefined ? '' : [...twin.tensor.data].join(', ')}] at batch ${n}`], 'numbers that are a multiple of the batch, or divided by it'));
    if (following === 'fixed') kept.push(initialiser);
    else renamed.set(name, emit.value(inferred(following, users.get(name) ?? [], name) ?? termOf(following, batch, tensor), 'batch'));
  }
  const operations = one.operations.map((o) => ({ ...o, inputs: o.inputs.map((name) => renamed.get(name) ?? name) }));
  return right(shared({ ...a.made, graph: { name: one.name, operations: [...emit.operations, ...operations], initialisers: [...kept, ...emit.initialisers], inputs: inputs.right, outputs: outputs.right } }));
};

/** The first of several attempts that succeeds, or the first fault. */
const firstOf = <A>(attempts: readonly (() => Either<Fault, A>)[]): Either<Fault, A> => {
  const [first, ...rest] = attempts;
  if (first === undefined) return left(refuse('onnx', ['no sizes'], 'a size to try'));
  const made = first();
  if (!isLeft(made) || rest.length === 0) return made;
  const later = firstOf(rest);
  return isLeft(later) ? made : later;
};

/** Sizes that are tried: near the one asked for, where plans are alike, but not 1, where axes vanish. */
const pairsNear = (size: number): readonly (readonly [number, number])[] => [0, 1, 2, 4].map((d) => [Math.max(2, size) + d, Math.max(2, size) + d + 1]);

/** The graph over all batch sizes of a family of graphs; `size`: where plans are made. */
export const batched = (at: (size: number) => Either<Fault, PlanGraph>, size: number, symbol: string): Either<Fault, PlanGraph> =>
  firstOf(pairsNear(size).map(([m, n]) => () => pipe(Do, bind('one', () => at(m)), bind('other', () => at(n)), chain(({ one, other }) => overBatches({ size: m, made: one }, { size: n, made: other }, symbol)))));
