/**
 * Statement: what may be claimed of a block, and how each becomes a law about its subjects.
 * idea:  axes are called by the letters of the shapes, so a claim reads like the block's own type.
 */
import type fc from 'fast-check';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { nodes } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/index.ts';
import { meaning, nth } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { convexHull } from '../families/hull.ts';
import { permutation, type Symmetry } from '../families/permutation.ts';
import { onSimplex } from '../families/simplex.ts';
import type { Law } from '../law.ts';
import type { Subject } from '../subject.ts';
import type { Axes } from './sizes.ts';

/** What does not hold of every block. `axis`: a letter of the shapes; `output`, `of`: a place among outputs, inputs; from 0. */
export type Statement =
  /** the order of the items along the axis changes nothing; `weights` move along: `[end of the name, axis]` */
  | { readonly law: 'invariant'; readonly axis: string; readonly weights?: Symmetry['weights'] }
  /** other order in, the same other order out */
  | { readonly law: 'equivariant'; readonly axis: string; readonly weights?: Symmetry['weights'] }
  /** an output is ≥ 0 and sums to 1 along an axis, by default its last */
  | { readonly law: 'simplex'; readonly output?: number; readonly axis?: string }
  /** each row of an output is a weighted mean of the rows of an input: [..., P, K] among [..., N, K] */
  | { readonly law: 'hull'; readonly output?: number; readonly of?: number }
  /** another function of the same inputs gives the same */
  | { readonly law: 'equals'; readonly to: (...xs: never[]) => unknown };

/** A block's claims as laws see them. */
export interface Context {
  readonly inputs: readonly Axes[];
  /** undefined where the claim does not say */
  readonly outputs: readonly Axes[] | undefined;
  readonly subjects: fc.Arbitrary<Subject>;
  /** another function as this block is called */
  readonly applied: (f: (...xs: never[]) => unknown) => Subject['apply'];
}

const refuse = (statement: Statement, given: readonly string[], needed: string): Either<Fault, never> => left(fault('Usage', `the claim '${statement.law}'`, given, needed));
const places = (shapes: readonly Axes[], letter: string): readonly (readonly [number, number])[] => shapes.flatMap((axes, i) => axes.flatMap((axis, at) => (axis === letter ? [[i, at] as const] : [])));
const told = (shapes: readonly Axes[]): string => shapes.map((axes) => `[${axes.join(' ')}]`).join(', ');

const moving = (statement: Extract<Statement, { readonly law: 'invariant' | 'equivariant' }>, { inputs, outputs, subjects }: Context): Either<Fault, readonly Law[]> => {
  const { law, axis, weights = [] } = statement;
  const [from, to] = [places(inputs, axis), law === 'equivariant' ? places(outputs ?? [], axis) : []];
  if (from.length === 0) return refuse(statement, [`axis ${axis}`, `inputs ${told(inputs)}`], 'an axis that an input has by this letter');
  if (law === 'equivariant' && to.length === 0) return refuse(statement, [`axis ${axis}`, outputs === undefined ? 'no shapes of outputs' : `outputs ${told(outputs)}`], `shapes of the outputs, outputs: ['…'], with this letter`);
  const along = weights.length === 0 ? '' : `, with ${weights.map(([name]) => name).join(' and ')}`;
  return right([permutation(subjects, {
    id: `${law}.${axis}`,
    statement: law === 'invariant' ? `permuting ${axis}${along} changes nothing` : `permuting ${axis}${along} permutes the outputs`,
    symmetry: { inputs: from, weights, outputs: to },
  })]);
};

const simplex = (statement: Extract<Statement, { readonly law: 'simplex' }>, { outputs, subjects }: Context): Either<Fault, readonly Law[]> => {
  const { output = 0, axis } = statement;
  const axes = outputs?.[output];
  const at = axis === undefined ? undefined : axes?.indexOf(axis);
  if (axis !== undefined && (at === undefined || at < 0)) return refuse(statement, [`axis ${axis}`, axes === undefined ? `no shape of output ${output}` : `output [${axes.join(' ')}]`], 'an axis of the output, of which `outputs` tells the shape');
  const last = (s: Subject): Subject => ({ ...s, apply: (...xs) => s.apply(...xs).map((y, i) => (i !== output || at === undefined ? y : nodes.permute(y, [...y.sizes.keys()].filter((a) => a !== at).concat(at)))) });
  return right(onSimplex(subjects.map(last), { output }).map((law) => (axis === undefined ? law : { ...law, statement: `weights are ≥ 0 and sum to 1 along ${axis}` })));
};

const hull = (statement: Extract<Statement, { readonly law: 'hull' }>, { inputs, subjects }: Context): Either<Fault, readonly Law[]> => {
  const { output = 0, of = 0 } = statement;
  if ((inputs[of]?.length ?? 0) < 2) return refuse(statement, [`input ${of} of ${inputs.length}`, `inputs ${told(inputs)}`], 'an input whose last two axes are the items and their channels');
  return right([{ ...convexHull(subjects.map((s) => ({ ...s, apply: (...xs) => [nth(s.apply(...xs), output), nth(xs, of)] }))), statement: `each row of output ${output} is a weighted mean of the rows of input ${of}` }]);
};

const same = equation<Equation>({ id: 'equals', statement: 'it equals the other function', tier: 'required', mutants: [insteadOf('twice as much', (e) => (...xs) => e.wanted(...xs).map((y) => nodes.shift(nodes.scale(y, 2), 1)))] });

/** The laws of one statement. errors: Usage, where it says something that the shapes do not have */
export const lawsOf = (statement: Statement, context: Context): Either<Fault, readonly Law[]> => {
  switch (statement.law) {
    case 'invariant':
    case 'equivariant':
      return moving(statement, context);
    case 'simplex':
      return simplex(statement, context);
    case 'hull':
      return hull(statement, context);
    case 'equals':
      return right([same(context.subjects.map((s): Equation => ({ ...s, wanted: context.applied(statement.to) })), meaning)]);
  }
};

/** What nobody has claimed, and how one would. */
export const unclaimed = (statements: readonly Statement[], letters: readonly string[], batch: string | undefined): readonly { readonly id: string; readonly reason: string }[] => {
  const claims = (law: Statement['law'], axis?: string): boolean => statements.some((s) => s.law === law && (axis === undefined || ('axis' in s && s.axis === axis)));
  return [
    ...letters.filter((axis) => axis !== batch && !claims('invariant', axis) && !claims('equivariant', axis)).map((axis) => ({ id: `permuting ${axis}`, reason: `not claimed: { law: 'invariant', axis: '${axis}' } or { law: 'equivariant', axis: '${axis}' }` })),
    ...(['simplex', 'hull'] as const).filter((law) => !claims(law)).map((law) => ({ id: law, reason: `not claimed: { law: '${law}' }` })),
  ];
};

