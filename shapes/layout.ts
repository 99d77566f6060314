/**
 * Layout patterns: what rearrange, repeat and reduce have in common; which patterns are sound, and their signature.
 * shape:  `'b n (h k) -> b h n k'` with sizes { h, k } takes [b, n, h*k] and gives [b, h, n, k]
 * idea:   one input, one output, groups and '1' on either side; the operations differ in which axes may come and go.
 *         A size given by a witness replaces a dim variable; every axis of an input group needs one, because a product
 *         cannot be factored.
 * source: Rogozhnikov 2022, einops, https://einops.rocks
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Dim } from './dim.ts';
import type { DType } from './dtype.ts';
import { type Fault, fault } from './fault.ts';
import {
  firstOutside, type FirstOutside, firstRepeat, type FirstRepeat, groupedLetters, type GroupedLetters, letters, type Letters, type NoArrow, type RuntimeTerms,
  sides, type Terms, terms, unique, type Unique,
} from './pattern.ts';
import type { UpTo8 } from './einsum.ts';
import type { DimTuple, Encode, Code, Index, Sizes, Substitute } from './substitute.ts';
import type { Shape, Tensor } from './tensor.ts';

export type LayoutOp = 'rearrange' | 'repeat' | 'reduce';

/** The pattern itself if it is sound for the operation and the given sizes Z, otherwise what is wrong with it. */
export type CheckLayout<Op extends LayoutOp, P extends string, Z> = P extends `${infer L}->${infer R}` ? Parsed<Op, P, Z, Terms<L>, Terms<R>> : NoArrow;
type Parsed<Op extends LayoutOp, P, Z, I, O> = I extends string ? I : O extends string ? O : Repeats<Op, P, Z, I, O, Letters<I>, Letters<O>>;
type Repeats<Op extends LayoutOp, P, Z, I, O, Il extends string[], Ol extends string[]> =
  [FirstRepeat<Il>] extends [never]
    ? [FirstRepeat<Ol>] extends [never]
      ? [FirstOutside<GroupedLetters<I>, keyof Z>] extends [never]
        ? [Exclude<keyof Z & string, Il[number] | Ol[number]>] extends [never]
          ? Unique<Unsized<[...Il, ...Ol], Z>>['length'] extends UpTo8 ? ComeAndGo<Op, P, Z, I, O, Il, Ol> : `${Op} error: more than 8 axes`
          : `${Op} error: size '${Exclude<keyof Z & string, Il[number] | Ol[number]>}' belongs to no axis`
        : `${Op} error: give the size of axis '${FirstOutside<GroupedLetters<I>, keyof Z>}'`
      : `${Op} error: output axis '${FirstRepeat<Ol>}' is repeated`
    : `${Op} error: input axis '${FirstRepeat<Il>}' is repeated`;
type Unsized<Ls, Z, Acc extends string[] = []> = Ls extends [infer H extends string, ...infer T] ? Unsized<T, Z, H extends keyof Z ? Acc : [...Acc, H]> : Acc;
type ComeAndGo<Op extends LayoutOp, P, Z, I, O, Il extends string[], Ol extends string[]> =
  [FirstOutside<Ol, Op extends 'repeat' ? Il[number] | keyof Z : Il[number]>] extends [never]
    ? [Op extends 'reduce' ? never : FirstOutside<Il, Ol[number]>] extends [never]
      ? [Dots<Op, I, O>] extends [never] ? P : `${Op} error: '...' is on one side only`
      : `${Op} error: input axis '${FirstOutside<Il, Ol[number]>}' is missing from the output`
    : Op extends 'repeat' ? `repeat error: new axis '${FirstOutside<Ol, Il[number] | keyof Z>}' needs a size`
      : `${Op} error: output axis '${FirstOutside<Ol, Il[number]>}' is not in the input`;
/** never if '...' may stand where it stands */
type Dots<Op extends LayoutOp, I, O> = '...' extends Elements<I> ? ('...' extends Elements<O> ? never : Op extends 'reduce' ? never : '...') : '...' extends Elements<O> ? '...' : never;
type Elements<Ts> = Ts extends unknown[] ? Ts[number] : never;

export type CheckRearrange<P extends string, Z> = CheckLayout<'rearrange', P, Z>;
export type CheckRepeat<P extends string, Z> = CheckLayout<'repeat', P, Z>;
export type CheckReduce<P extends string, Z> = CheckLayout<'reduce', P, Z>;

/** The change of layout that a pattern names, for tensors of any element type. */
export type Reshape<P, Z> = P extends `${infer L}->${infer R}` ? Reshape1<Terms<L>, Terms<R>, Unique<[...Letters<Terms<L>>, ...Letters<Terms<R>>]>, Z> : never;
type Reshape1<I, O, Ls, Z> = Reshape2<Encode<I, Index<Ls>>, Encode<O, Index<Ls>>, Ls, Z>;
type Reshape2<I extends Code[], O extends Code[], Ls, Z> =
  <B extends Shape, a extends Dim, b extends Dim, c extends Dim, d extends Dim, e extends Dim, f extends Dim, g extends Dim, h extends Dim, T extends DType>
  (x: Tensor<Substitute<I, DimTuple<Ls, [a, b, c, d, e, f, g, h], Z>, B>, T>) => Tensor<Substitute<O, DimTuple<Ls, [a, b, c, d, e, f, g, h], Z>, B>, T>;
/** The reduction that a pattern names, for numbers. */
export type Reduce<P, Z> = P extends `${infer L}->${infer R}` ? Reduce1<Terms<L>, Terms<R>, Unique<[...Letters<Terms<L>>, ...Letters<Terms<R>>]>, Z> : never;
type Reduce1<I, O, Ls, Z> = Reduce2<Encode<I, Index<Ls>>, Encode<O, Index<Ls>>, Ls, Z>;
type Reduce2<I extends Code[], O extends Code[], Ls, Z> =
  <B extends Shape, a extends Dim, b extends Dim, c extends Dim, d extends Dim, e extends Dim, f extends Dim, g extends Dim, h extends Dim>
  (x: Tensor<Substitute<I, DimTuple<Ls, [a, b, c, d, e, f, g, h], Z>, B>>) => Tensor<Substitute<O, DimTuple<Ls, [a, b, c, d, e, f, g, h], Z>, B>>;

/** A pattern that passed the check, with the sizes given. */
export interface LayoutPattern {
  readonly op: LayoutOp;
  readonly pattern: string;
  readonly input: RuntimeTerms;
  readonly output: RuntimeTerms;
  readonly given: Sizes;
}

const whyNot = (op: LayoutOp, input: RuntimeTerms, output: RuntimeTerms, given: Sizes): string | undefined => {
  const [ins, outs, sized] = [letters(input), letters(output), Object.keys(given)];
  const repeatIn = firstRepeat(ins);
  if (repeatIn !== undefined) return `${op} error: input axis '${repeatIn}' is repeated`;
  const repeatOut = firstRepeat(outs);
  if (repeatOut !== undefined) return `${op} error: output axis '${repeatOut}' is repeated`;
  const unsized = firstOutside(groupedLetters(input), sized);
  if (unsized !== undefined) return `${op} error: give the size of axis '${unsized}'`;
  const stray = firstOutside(sized, [...ins, ...outs]);
  if (stray !== undefined) return `${op} error: size '${stray}' belongs to no axis`;
  if (unique([...ins, ...outs]).filter((l) => !sized.includes(l)).length > 8) return `${op} error: more than 8 axes`;
  const fresh = firstOutside(outs, op === 'repeat' ? [...ins, ...sized] : ins);
  if (fresh !== undefined) return op === 'repeat' ? `repeat error: new axis '${fresh}' needs a size` : `${op} error: output axis '${fresh}' is not in the input`;
  const lost = op === 'reduce' ? undefined : firstOutside(ins, outs);
  if (lost !== undefined) return `${op} error: input axis '${lost}' is missing from the output`;
  const [dotsIn, dotsOut] = [input.includes('...'), output.includes('...')];
  return dotsIn === dotsOut || (op === 'reduce' && dotsIn) ? undefined : `${op} error: '...' is on one side only`;
};

/** Run-time twin of `CheckLayout`; the fault carries the words of the type error. */
export const checkLayout = (op: LayoutOp, pattern: string, given: Sizes): Either<Fault, LayoutPattern> => {
  const wrong = (error: string): Either<Fault, never> => left(fault('Shape', `${op} '${pattern}'`, [error], `a pattern such as ${examples[op]}`));
  const split = sides(pattern);
  if (isLeft(split)) return wrong(split.left);
  const input = terms(split.right[0]);
  if (isLeft(input)) return wrong(input.left);
  const output = terms(split.right[1]);
  if (isLeft(output)) return wrong(output.left);
  const why = whyNot(op, input.right, output.right, given);
  return why === undefined ? right({ op, pattern, input: input.right, output: output.right, given }) : wrong(why);
};

const examples = {
  rearrange: `rearrange 'b n (h k) -> b h n k' with sizes of h and k`,
  repeat: `repeat 'n d -> b n d' with the size of b`,
  reduce: `reduce 'b n d -> b d'`,
} as const satisfies { readonly [Op in LayoutOp]: string };
