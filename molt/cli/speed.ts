/**
 * Speed: how fast an engine multiplies matrices here, after it was seen to multiply rightly.
 * idea:  two stated products, each run a few times within a small budget of time; the median is told.
 * not:   a benchmark of models (bench/).
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Backend, type Bindings, inputNode, node, planOf, type Sizes, type Value } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';

/** The products that are timed: [m, k]·[k, n], or a batch of them. */
export const products = {
  matrix: [[512, 512], [512, 512]],
  batched: [[128, 48, 64], [128, 64, 48]],
} as const satisfies { readonly [name: string]: readonly [Sizes, Sizes] };

/** `512×512 · 512×512` */
export const productText = ([a, b]: readonly [Sizes, Sizes]): string => `${a.join('×')} · ${b.join('×')}`;

/** GFLOP/s, two for a multiply-add. */
export interface Speed {
  readonly matrix: number;
  readonly batched: number;
}

const einsumOf = (a: Sizes, b: Sizes) =>
  planOf([node('einsum', a.length === 3 ? { inputs: [[0, 1, 2], [0, 2, 3]], output: [0, 1, 3] } : { inputs: [[0, 1], [1, 2]], output: [0, 2] }, [inputNode('a', a), inputNode('b', b)])]);
const filled = (sizes: Sizes, at: (i: number) => number): Value => ({ sizes, dtype: 'f32', data: Float32Array.from({ length: sizes.reduce((x, y) => x * y, 1) }, (_, i) => at(i)) });
const bound = (a: Value, b: Value): Bindings => ({ inputs: new Map([['a', a], ['b', b]]), parameters: new Map() });

/** Multiplies 2×3 by 3×2. errors: Defect if the engine multiplies wrongly */
const multipliesRightly = (backend: Backend): TE.TaskEither<Fault, void> =>
  pipe(
    TE.bracket(backend.compile(einsumOf([2, 3], [3, 2])), (program) => program.run(bound(filled([2, 3], (i) => i + 1), filled([3, 2], (i) => [1, 0, 0, 1, 1, 1][i] ?? 0))), (program) => TE.fromIO(program.dispose)),
    TE.chain(([value]) => {
      const given = Array.from(value?.data ?? []);
      const wanted = [4, 5, 10, 11];
      return given.length === wanted.length && given.every((x, i) => Math.abs(x - (wanted[i] ?? NaN)) < 1e-5) ? TE.right(undefined) : TE.left(fault('Defect', 'matrix product', [given.join(' ')], wanted.join(' ')));
    }),
  );

/** Runs of one product: at least this many after the first, unless the budget is spent; then the median counts. */
const most = 15;
const budget = 400;

/** GFLOP/s of one product, by the median of a few runs. */
const timed = (backend: Backend, [a, b]: readonly [Sizes, Sizes], clock: () => number): TE.TaskEither<Fault, number> =>
  TE.bracket(
    backend.compile(einsumOf(a, b)),
    (program) => {
      const bindings = bound(filled(a, (i) => (i % 7) - 3), filled(b, (i) => (i % 5) - 2));
      const once = pipe(TE.fromIO<number, Fault>(clock), TE.chain((since) => TE.map(() => clock() - since)(program.run(bindings))));
      const again = (times: readonly number[], spent: number): TE.TaskEither<Fault, readonly number[]> =>
        times.length >= most || spent >= budget ? TE.right(times) : pipe(once, TE.chain((t) => again([...times, t], spent + t)));
      return pipe(
        once,
        // an engine prepares itself in the first run; a slow one is not asked again
        TE.chain((first) => (first >= budget ? TE.right([first]) : again([], 0))),
        TE.map((times) => {
          const median = [...times].sort((x, y) => x - y)[Math.floor(times.length / 2)] ?? NaN;
          return (2 * a.reduce((x, y) => x * y, 1) * (b.at(-1) ?? 1)) / (median * 1e6);
        }),
      );
    },
    (program) => TE.fromIO(program.dispose),
  );

/** errors: Defect if the engine multiplies wrongly */
export const speedOf = (backend: Backend, clock: () => number): TE.TaskEither<Fault, Speed> =>
  pipe(
    multipliesRightly(backend),
    TE.chain(() => timed(backend, products.matrix, clock)),
    TE.bindTo('matrix'),
    TE.bind('batched', () => timed(backend, products.batched, clock)),
  );
