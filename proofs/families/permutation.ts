/**
 * Permutation: what moves when the items along an axis are put in another order.
 * idea:  the data are permuted, not the graph, so the law shares nothing with the subject. Invariance is equivariance with no
 *        axis of the outputs moving.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Bindings, constantNode, elements, nodes, type Node, random, type Value } from '../../dsl/index.ts';
import { breaks, close, every, faults } from '../counter.ts';
import { type Engine, meaning, nth, prepare } from '../engine.ts';
import type { Law, Mutant } from '../law.ts';
import { bindSubject, rootsOf, seeds, type Subject, type Subjects } from '../subject.ts';
import { aboutSubjects, feeding } from './about.ts';

/** Axes that move together: `[i, axis]` of inputs and outputs, weights by the end of their name. */
export interface Symmetry {
  readonly inputs: readonly (readonly [input: number, axis: number])[];
  readonly weights?: readonly (readonly [nameEnd: string, axis: number])[];
  readonly outputs?: readonly (readonly [output: number, axis: number])[];
}

/** Items along an axis in the given order. */
const reordered = (value: Value, axis: number, order: ArrayLike<number>): Value => {
  const inner = elements(value.sizes.slice(axis + 1));
  const n = value.sizes[axis] ?? 1;
  const data = value.data.slice();
  for (let i = 0; i < data.length; i += 1) {
    const place = Math.floor(i / inner) % n;
    data[i] = value.data[i + ((order[place] ?? place) - place) * inner] ?? NaN;
  }
  return { ...value, data };
};

const moved = (bindings: Bindings, { inputs, weights = [] }: Symmetry, order: ArrayLike<number>): Bindings => {
  const all = (axes: readonly (readonly [unknown, number])[], value: Value): Value => axes.reduce((v, [, axis]) => reordered(v, axis, order), value);
  return {
    inputs: new Map([...bindings.inputs].map(([name, value]) => [name, all(inputs.filter(([i]) => name === `x${i}`), value)])),
    parameters: new Map([...bindings.parameters].map(([name, value]) => [name, all(weights.filter(([end]) => name === end || name.endsWith(`.${end}`)), value)])),
  };
};

/** 1, 2, … along an axis. */
const ramp = (x: Node, axis: number): Node => constantNode(Float32Array.from({ length: x.sizes[axis] ?? 1 }, (_, i) => i + 1), x.sizes.map((n, i) => (i === axis ? n : 1)));

const positional = (input: number, axis: number): Mutant<Subject> => feeding(`sees the position along axis ${axis} of input ${input}`, (xs) => xs.map((x, i) => (i === input ? nodes.mul(x, ramp(x, axis)) : x)));
const firstOf = (x: Node, axis: number): Node => nodes.broadcast(nodes.slice(x, x.sizes.map(() => 0), x.sizes.map((n, j) => (j === axis ? 1 : n))), x.sizes);
const firstOnly = (inputs: Symmetry['inputs']): Mutant<Subject> => feeding('sees only the first item', (xs) => xs.map((x, i) => inputs.reduce((y, [input, axis]) => (input === i ? firstOf(y, axis) : y), x)));

export interface PermutationClaim {
  readonly id: string;
  readonly statement: string;
  readonly symmetry: Symmetry;
  readonly engine?: Engine;
  /** instead of those that see positions, where a subject may see them and obey the law */
  readonly mutants?: readonly Mutant<Subject>[];
}

/** Items in another order: the outputs are the same, but for the axes that move along. */
export const permutation = (subjects: Subjects, { id, statement, symmetry, engine = meaning, mutants }: PermutationClaim): Law => {
  const [[input, axis] = [0, 0]] = symmetry.inputs;
  return aboutSubjects<Subject, number>({
    id,
    statement,
    tier: 'required',
    draw: seeds,
    mutants: mutants ?? [positional(input, axis), ...((symmetry.outputs ?? []).length === 0 ? [firstOnly(symmetry.inputs)] : [])],
    holds: (subject, seed, orderSeed) => {
      const roots = rootsOf(subject);
      const bindings = bindSubject(subject, seed);
      const order = random.permutation(random.key(orderSeed), subject.inputs[input]?.sizes[axis] ?? 1);
      return pipe(
        prepare(engine, roots),
        TE.chain((program) =>
          pipe(
            TE.Do,
            TE.bind('plain', () => program.run(bindings)),
            TE.bind('turned', () => program.run(moved(bindings, symmetry, order))),
            TE.mapLeft(faults),
          ),
        ),
        TE.chainEitherK(({ plain, turned }) =>
          every(
            plain.map((value, i) => {
              const axes = (symmetry.outputs ?? []).filter(([output]) => output === i);
              const other = axes.find(([, a]) => value.sizes[a] !== order.length);
              if (other !== undefined) return breaks(`axis ${other[1]} of output ${i} has ${value.sizes[other[1]] ?? 'no'} items, the input ${order.length}`);
              return close(`output ${i} for the order ${Array.from(order).join(' ')}`, nth(turned, i), axes.reduce((v, [, a]) => reordered(v, a, order), value), engine.tolerance);
            }),
          ),
        ),
      );
    },
  })(subjects);
};

/** Permuting items along an axis of one input changes nothing. */
export const permutationInvariance = (subjects: Subjects, input: number, axis: number, engine: Engine = meaning): Law =>
  permutation(subjects, { id: 'permutation.invariant', statement: `permuting axis ${axis} of input ${input} changes nothing`, symmetry: { inputs: [[input, axis]] }, engine });

/** Permuting items along an axis of one input permutes an axis of every output. */
export const permutationEquivariance = (subjects: Subjects, input: number, axis: number, outputs: readonly (readonly [output: number, axis: number])[] = [[0, axis]], engine: Engine = meaning): Law =>
  permutation(subjects, { id: 'permutation.equivariant', statement: `permuting axis ${axis} of input ${input} permutes the outputs`, symmetry: { inputs: [[input, axis]], outputs }, engine });
