/**
 * Einsum: the signature of a contraction, from its pattern.
 * shape:  `einsum('b n d, d e -> b n e')` takes [b, n, d] and [d, e] and gives [b, n, e]; '...' is any batch shape
 * idea:   one to three operands, up to eight axes. An axis that is not in the output is summed, one that is repeated within an
 *         operand takes the diagonal.
 * not:    groups and '1' (rearrange has those), nor broadcasting: '...' stands for the same axes wherever it occurs.
 * source: Einstein 1916 for the convention, numpy.einsum for the notation
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Dim } from './dim.ts';
import { type Fault, fault } from './fault.ts';
import {
  firstOutside, type FirstOutside, firstRepeat, type FirstRepeat, letters, type Letters, type NoArrow, operands, type Operands, type RuntimeTerms,
  sides, type Term, type Terms, terms, unique, type Unique,
} from './pattern.ts';
import { atoms, type Code, describe, type Encode, type Index, type Known, match, type Substitute, substitute } from './substitute.ts';
import type { Shape, Tensor } from './tensor.ts';

type AllLetters<Os, Acc extends string[] = []> = Os extends [infer H, ...infer T] ? AllLetters<T, [...Acc, ...Letters<H>]> : Acc;
/** The first side that is an error text; never if all parsed. */
type FirstError<Sides> = Sides extends [infer H, ...infer T] ? (H extends string ? H : FirstError<T>) : never;
/** As many axes as there are dim variables. */
export type UpTo8 = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** The pattern itself if it is sound, otherwise what is wrong with it. */
export type CheckEin<P extends string> = P extends `${infer L}->${infer R}` ? EinParsed<P, Operands<L>, Terms<R>> : NoArrow;
type EinParsed<P, Is extends unknown[], O> =
  [FirstError<[...Is, O]>] extends [never] ? (Is extends Term[][] ? (O extends Term[] ? EinTerms<P, Is, O, AllLetters<Is>> : never) : never) : FirstError<[...Is, O]>;
type EinTerms<P, Is extends Term[][], O extends Term[], All extends string[], Used = Is[number][number]> =
  Is['length'] extends 1 | 2 | 3
    ? [Extract<Used | O[number], string[]>] extends [never]
      ? '1' extends Used | O[number] ? `einsum error: '1' is for rearrange and reduce`
      : Unique<All>['length'] extends UpTo8
        ? [FirstRepeat<Letters<O>>] extends [never]
          ? [FirstOutside<Letters<O>, All[number]>] extends [never]
            ? '...' extends Exclude<O[number], Used> ? `einsum error: '...' is in no operand` : P
            : `einsum error: output axis '${FirstOutside<Letters<O>, All[number]>}' is in no operand`
          : `einsum error: output axis '${FirstRepeat<Letters<O>>}' is repeated`
        : 'einsum error: more than 8 axes'
      : 'einsum error: groups are for rearrange and reduce'
    : 'einsum error: more than 3 operands';

/** The contraction that a pattern names: a function of one to three tensors, polymorphic in every axis. */
export type Einsum<P> = P extends `${infer L}->${infer R}` ? EinOf<Operands<L>, Terms<R>, Index<Unique<AllLetters<Operands<L>>>>> : never;
type EinOf<Is, O, Ix> =
  Is extends [infer X] ? Ein1<Encode<X, Ix>, Encode<O, Ix>>
  : Is extends [infer X, infer Y] ? Ein2<Encode<X, Ix>, Encode<Y, Ix>, Encode<O, Ix>>
  : Is extends [infer X, infer Y, infer Z] ? Ein3<Encode<X, Ix>, Encode<Y, Ix>, Encode<Z, Ix>, Encode<O, Ix>> : never;
type Ein1<X extends Code[], O extends Code[]> =
  <B extends Shape, a extends Dim, b extends Dim, c extends Dim, d extends Dim, e extends Dim, f extends Dim, g extends Dim, h extends Dim>
  (x: Tensor<Substitute<X, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>]>>)
  => Tensor<Substitute<O, [a, b, c, d, e, f, g, h], B>>;
type Ein2<X extends Code[], Y extends Code[], O extends Code[]> =
  <B extends Shape, a extends Dim, b extends Dim, c extends Dim, d extends Dim, e extends Dim, f extends Dim, g extends Dim, h extends Dim>
  (x: Tensor<Substitute<X, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>]>>,
   y: Tensor<Substitute<Y, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>], X[number]>>)
  => Tensor<Substitute<O, [a, b, c, d, e, f, g, h], B>>;
type Ein3<X extends Code[], Y extends Code[], Z extends Code[], O extends Code[]> =
  <B extends Shape, a extends Dim, b extends Dim, c extends Dim, d extends Dim, e extends Dim, f extends Dim, g extends Dim, h extends Dim>
  (x: Tensor<Substitute<X, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>]>>,
   y: Tensor<Substitute<Y, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>], X[number]>>,
   z: Tensor<Substitute<Z, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>], X[number] | Y[number]>>)
  => Tensor<Substitute<O, [a, b, c, d, e, f, g, h], B>>;

/** A pattern that passed the check. */
export interface EinsumPattern {
  readonly pattern: string;
  readonly inputs: readonly RuntimeTerms[];
  readonly output: RuntimeTerms;
}

const whyNot = (inputs: readonly RuntimeTerms[], output: RuntimeTerms): string | undefined => {
  const all = inputs.flatMap(letters);
  const used = [...inputs.flat(), ...output];
  const repeated = firstRepeat(letters(output));
  const unknown = firstOutside(letters(output), all);
  if (inputs.length > 3) return 'einsum error: more than 3 operands';
  if (used.some((t) => typeof t !== 'string')) return 'einsum error: groups are for rearrange and reduce';
  if (used.includes('1')) return `einsum error: '1' is for rearrange and reduce`;
  if (unique(all).length > 8) return 'einsum error: more than 8 axes';
  if (repeated !== undefined) return `einsum error: output axis '${repeated}' is repeated`;
  if (unknown !== undefined) return `einsum error: output axis '${unknown}' is in no operand`;
  if (output.includes('...') && !inputs.some((ts) => ts.includes('...'))) return `einsum error: '...' is in no operand`;
  return undefined;
};

/** Run-time twin of `CheckEin`; the fault carries the words of the type error. */
export const checkEin = (pattern: string): Either<Fault, EinsumPattern> => {
  const wrong = (error: string): Either<Fault, never> => left(fault('Shape', `einsum '${pattern}'`, [error], 'a pattern such as einsum \'b n d, d e -> b n e\''));
  const split = sides(pattern);
  if (isLeft(split)) return wrong(split.left);
  const inputs: RuntimeTerms[] = [];
  for (const side of operands(split.right[0])) {
    if (isLeft(side)) return wrong(side.left);
    inputs.push(side.right);
  }
  const output = terms(split.right[1]);
  if (isLeft(output)) return wrong(output.left);
  const why = whyNot(inputs, output.right);
  return why === undefined ? right({ pattern, inputs, output: output.right }) : wrong(why);
};

/** A contraction on known sizes, with axes as small integers: letters in order of appearance, then the axes of '...'. */
export interface EinsumPlan {
  readonly sizes: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
}

const operandName = (i: number): string => ['x', 'y', 'z'][i] ?? `operand ${i + 1}`;

/** The plan of a checked pattern. errors: a Shape fault that names the axis, such as `axis d of y is 1536` */
export const planEinsum = ({ pattern, inputs, output }: EinsumPattern, sizes: readonly (readonly number[])[]): Either<Fault, EinsumPlan> => {
  const where = `einsum '${pattern}'`;
  if (sizes.length !== inputs.length) return left(fault('Shape', where, [`${sizes.length} operands`], `${inputs.length} operands`));
  let known: Known = { axes: new Map(), batch: undefined };
  for (const [i, ts] of inputs.entries()) {
    const next = match(known, operandName(i), ts, sizes[i] ?? []);
    if (isLeft(next)) return left(fault('Shape', where, inputs.map((t, j) => describe(operandName(j), t, sizes[j] ?? [])), next.left));
    known = next.right;
  }
  const batch = known.batch ?? [];
  const names = unique(inputs.flatMap(letters));
  const axis = (atom: string | number): number => (typeof atom === 'number' ? names.length + atom : names.indexOf(atom));
  return right({
    sizes: substitute(known, output),
    inputs: inputs.map((ts) => atoms(ts, batch).map(axis)),
    output: atoms(output, batch).map(axis),
  });
};

/** Run-time twin of `Einsum`: pattern and operand sizes to output sizes and integer axes. */
export const einsumShape = (pattern: string, operandSizes: readonly (readonly number[])[]): Either<Fault, EinsumPlan> => {
  const checked = checkEin(pattern);
  return isLeft(checked) ? checked : planEinsum(checked.right, operandSizes);
};
