/**
 * Arena: weights, moments and gradients of a training run, in WebAssembly memory, and the step over all of them.
 * idea:  programs read the weights and write the gradients where they lie; a step is one sweep at the speed of memory.
 * laws:  test/dsl/optim/arena.test.ts: the steps of PyTorch and of a reference in double precision; a gradient held as a
 *        product takes the step of the same gradient held whole
 * not:   choosing rates, or running programs (dsl/optim/trainer.ts).
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault, raise } from '../../shapes/fault.ts';
import { type AdamWConfig, scalarsOf, type TrainState } from './adamw.ts';
import { type Layout, layoutOf, type Place, type ProductSizes, type Region, type Slot } from './layout.ts';
import { type Sweep, sweepOf, type Threads } from './sweep.ts';

/** The factors of a gradient that is a product, row-major: left [rank, groups, rows], right [rank, groups, columns]. */
export interface Factors {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** The arrays are views by parameter name; they live until `dispose`. */
export interface Arena {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
  /** gradients that are held whole */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** gradients that are held as factors */
  readonly factors: ReadonlyMap<string, Factors>;
  /** steps taken */
  readonly step: number;
  /** one step of AdamW on every parameter, its gradient times `clip` */
  readonly update: (config: AdamWConfig, rate: number, clip?: number) => void;
  /** length of all gradients as one vector */
  readonly norm: () => number;
  /** copies of all gradients, products written out */
  readonly written: () => ReadonlyMap<string, Float32Array>;
  /** takes over a state's numbers and step. errors: Name, Shape */
  readonly load: (state: TrainState) => E.Either<Fault, void>;
  /** lets the memory go; the views must not be used any more */
  readonly dispose: () => void;
}

export interface ArenaOptions {
  /** bytes of one memory where the parameters allow it */
  readonly limit?: number;
  /** threads that help with the sweep; then the memory is shared */
  readonly threads?: Threads | undefined;
}

const reserved = (layout: Layout, threads: Threads | undefined): E.Either<Fault, Sweep> =>
  E.tryCatch(
    () => sweepOf(layout, threads),
    () => fault('Memory', 'optimiser', [`${Math.ceil(layout.memories.reduce((a, b) => a + b, 0) / 2 ** 20)} MiB of weights, moments and gradients`], 'WebAssembly memory for them', 'fewer trainable weights, or a machine with more memory'),
  );

const dot = (x: Float32Array, n: number, a: number, b: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += (x[a + i] ?? 0) * (x[b + i] ?? 0);
  return sum;
};

/** Sum of the squares of a product, from the inner products of its factors' rows. */
const squaresOfProduct = ({ left, right }: Factors, { rank, groups, rows, columns }: ProductSizes): number => {
  let sum = 0;
  for (let j = 0; j < groups; j += 1)
    for (let r = 0; r < rank; r += 1)
      for (let s = 0; s < rank; s += 1) sum += dot(left, rows, (r * groups + j) * rows, (s * groups + j) * rows) * dot(right, columns, (r * groups + j) * columns, (s * groups + j) * columns);
  return Math.max(0, sum);
};

/** A product, whole. */
const writtenOut = ({ left, right }: Factors, { rank, groups, rows, columns }: ProductSizes): Float32Array => {
  const whole = new Float32Array(rows * groups * columns);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < groups; j += 1)
      for (let r = 0; r < rank; r += 1) {
        const c = left[(r * groups + j) * rows + i] ?? 0;
        const [from, to] = [(r * groups + j) * columns, (i * groups + j) * columns];
        for (let k = 0; k < columns; k += 1) whole[to + k] = (whole[to + k] ?? 0) + c * (right[from + k] ?? 0);
      }
  return whole;
};

/** What a state lacks. */
const misfits = (part: ReadonlyMap<string, Float32Array>, into: ReadonlyMap<string, Float32Array>): readonly string[] =>
  [...into].flatMap(([name, to]) => { const from = part.get(name); return from?.length === to.length ? [] : [`${name}: ${from === undefined ? 'nothing' : `${from.length} numbers`} for ${to.length}`]; });

/** Memory for these parameters, all zeros. errors: Memory */
export const arenaOf = (slots: ReadonlyMap<string, Slot>, options: ArenaOptions = {}): E.Either<Fault, Arena> => {
  const layout = layoutOf(slots, { ...options, threads: 1 + (options.threads?.helpers ?? 0) });
  if (E.isLeft(layout)) return layout;
  const made = reserved(layout.right, options.threads);
  if (E.isLeft(made)) return made;
  const { places } = layout.right;
  let sweep: Sweep | undefined = made.right;
  let step = 0;
  const present = (): Sweep => sweep ?? raise(fault('Defect', 'optimiser', ['its memory is gone'], 'an arena in use', 'it was disposed'));
  const view = ({ memory }: Place, { at, length }: Region): Float32Array => new Float32Array(present().buffers[memory] ?? new ArrayBuffer(0), at, length);
  const all = (region: (place: Place) => Region): ReadonlyMap<string, Float32Array> => new Map([...places].map(([name, place]) => [name, view(place, region(place))]));
  const weights = all((p) => p.weights);
  const first = all((p) => p.first);
  const second = all((p) => p.second);
  const gradients = new Map([...places].flatMap(([name, p]) => (p.gradient.kind === 'whole' ? [[name, view(p, p.gradient.region)] as const] : [])));
  const factors = new Map([...places].flatMap(([name, p]) => (p.gradient.kind === 'product' ? [[name, { left: view(p, p.gradient.left), right: view(p, p.gradient.right) }] as const] : [])));
  const squares = (name: string, place: Place): number => {
    const { gradient } = place;
    if (gradient.kind === 'whole') return present().kernels[place.memory]?.squares(gradient.region.at, gradient.region.length) ?? 0;
    const pair = factors.get(name);
    return pair === undefined ? 0 : squaresOfProduct(pair, gradient.sizes);
  };
  return E.right({
    weights, first, second, gradients, factors,
    get step() { return step; },
    update: (config, rate, clip = 1) => {
      step += 1;
      present().run(scalarsOf(config, step, rate, clip));
    },
    norm: () => Math.sqrt([...places].reduce((sum, [name, place]) => sum + squares(name, place), 0)),
    written: () => new Map([...places].flatMap(([name, { gradient }]) => {
      const pair = factors.get(name);
      const whole = pair !== undefined && gradient.kind === 'product' ? writtenOut(pair, gradient.sizes) : gradients.get(name)?.slice();
      return whole === undefined ? [] : [[name, whole] as const];
    })),
    load: (state) => {
      const parts = [[state.weights, weights], [state.first, first], [state.second, second]] as const;
      const wrong = parts.flatMap(([from, into]) => misfits(from, into));
      if (wrong.length > 0) return E.left(fault('Shape', 'optimiser state', wrong, 'a state of these parameters'));
      for (const [from, into] of parts) for (const [name, to] of into) to.set(from.get(name) ?? []);
      ({ step } = state);
      return E.right(undefined);
    },
    dispose: () => { sweep?.stop(); sweep = undefined; },
  });
};
