/**
 * Costed: a claim's block at the sizes that it names, as graphs of its use and of its training: what `molt check` looks at.
 * idea:  the letter that all inputs begin with is the batch; the others have the sizes of `at`. The loss is what a variant without a task has:
 *        Σ mean(output²).
 * laws:  test/proofs/costed.test.ts
 * not:   numbers: nothing is run and no weight is made.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { elements, fillNode, grad, type Node, nodes, parameterNode, random, type Value } from '../../dsl/index.ts';
import { fault, type Fault, faultOf } from '../../shapes/index.ts';
import { didYouMean } from '../../shapes/nearest.ts';
import { drawn, rootsOf } from '../subject.ts';
import { batchLetter, type Sized } from './automatic.ts';
import type { Costed, Refused } from './claimed.ts';
import { type Claims, type Made, shaped, type Shaped } from './made.ts';
import type { Letters } from './sizes.ts';

const calm = (found: Fault): Refused => ({ fault: found, stack: '' });

/** A size for every letter. errors: Usage */
const lettersAt = ({ inputs, letters }: Shaped, given: Letters, batch: number): E.Either<Fault, { readonly sizes: Letters; readonly batch: number }> => {
  const strange = Object.keys(given).filter((letter) => !letters.includes(letter));
  if (strange.length > 0) return E.left(fault('Usage', 'at', strange.map((letter) => `a size of ${letter}`), `letters of the claim's shapes: ${letters.join(', ')}${didYouMean(strange[0] ?? '', letters)}`));
  const wrong = Object.entries(given).filter(([, size]) => !Number.isSafeInteger(size) || size < 1);
  if (wrong.length > 0) return E.left(fault('Usage', 'at', wrong.map(([letter, size]) => `${letter}: ${size}`), 'sizes that are integers from 1 on'));
  const first = batchLetter(inputs);
  const own = first === undefined || first in given ? 1 : batch;
  const sizes = { ...(first === undefined ? {} : { [first]: own }), ...given };
  const missing = letters.filter((letter) => !(letter in sizes));
  return missing.length > 0
    ? E.left(fault('Usage', 'at', [`no size of ${missing.join(', ')}`], 'a size for every letter but the batch', `claim(…, { …, at: { ${missing.map((letter) => `${letter}: 36`).join(', ')} } })`))
    : E.right({ sizes, batch: own });
};

/** errors: Shape where outputs are not as claimed */
const asClaimed = (wanted: Sized['wanted'], roots: readonly Node[]): E.Either<Fault, void> => {
  if (wanted === undefined) return E.right(undefined);
  const shown = (all: readonly (readonly number[])[]): string => (all.length === 0 ? 'nothing' : all.map((sizes) => `[${sizes.join(', ')}]`).join(', '));
  const found = roots.map(({ sizes }) => sizes);
  return shown(found) === shown(wanted) ? E.right(undefined) : E.left(fault('Shape', 'outputs', [`the block gives ${shown(found)}`], `${shown(wanted)}, as the claim says`));
};

const meanSquare = (y: Node): Node => nodes.scale(nodes.sumAxes(nodes.map('square', y), y.sizes.map((_, i) => i)), 1 / Math.max(1, elements(y.sizes)));

const power = (roots: readonly Node[]): Node => {
  const [first = fillNode(0, []), ...rest] = roots.filter(({ dtype }) => dtype === 'f32').map(meanSquare);
  return rest.reduce(nodes.add, first);
};

const values = ({ inputs }: Sized) => (seed: number): ReadonlyMap<string, Value> =>
  new Map(inputs.map((one, i): [string, Value] => {
    const value = drawn(one, random.named(random.key(seed), `x${i}`));
    return [`x${i}`, value.dtype === 'f32' ? { ...value, data: Float32Array.from(value.data) } : value];
  }));

const graphs = (sized: Sized, batch: number): E.Either<Fault, Costed> => {
  const outputs = rootsOf(sized);
  const { loss, gradients } = grad(power(outputs), sized.declared.filter((d) => d.trainable).map((d) => parameterNode(d.name, d.sizes)));
  return pipe(asClaimed(sized.wanted, outputs), E.map(() => ({ batch, outputs, loss, gradients, declared: sized.declared, inputs: values(sized) })));
};

/** Of where it was raised first. */
const stackOf = (thrown: unknown): string => (!(thrown instanceof Error) ? '' : thrown.cause instanceof Error ? stackOf(thrown.cause) : (thrown.stack ?? ''));

/** The block at the sizes of `at` and so many samples. */
export const costed = (make: (letters: Letters) => Made, spec: Claims) => (batch: number): E.Either<Refused, Costed> =>
  pipe(
    shaped(make, spec),
    E.bindTo('one'),
    E.bind('letters', ({ one }) => lettersAt(one, spec.at ?? {}, batch)),
    E.mapLeft(calm),
    E.chain(({ one, letters }) => pipe(
      E.tryCatch(() => graphs(one.at(letters.sizes), letters.batch), (thrown): Refused => ({ fault: faultOf('the block', thrown), stack: stackOf(thrown) })),
      E.chain(E.mapLeft(calm)),
    )),
  );
