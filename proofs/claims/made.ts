/**
 * Made: what a claim is given, and the block at given sizes: its function, its inputs, what it declares.
 * not:   laws (claim.ts) or graphs of real sizes (costed.ts), which both stand on it.
 * This file is a trust boundary: what a function of typed tensors returns is looked at as it comes.
 */
import type fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Block, type Declared, type Node, instantiate, unwrap } from '../../dsl/index.ts';
import { AnyTensor, fault, type Fault, raise, Vec } from '../../shapes/index.ts';
import type { Domain } from '../arbitraries/domains.ts';
import type { Law } from '../law.ts';
import { called, type Given, given, givenIds, givenMask, type Subject } from '../subject.ts';
import type { AutomaticLaw, Sized } from './automatic.ts';
import { type Axes, axesOf, type Letters, lettersOf, shownLetters, sizesAt } from './sizes.ts';
import type { Statement } from './statement.ts';

/** A shape, `b n 3`: standard normal numbers; or with where its numbers come from: a domain, indices below a bound, truth values. */
export type InputOf = string | { readonly shape: string; readonly domain: Domain } | { readonly shape: string; readonly below: number } | { readonly shape: string; readonly mask: true };

export type AnyFunction = (...xs: never[]) => unknown;

/** One for each argument. */
export type Each<Xs extends readonly unknown[]> = { readonly [K in keyof Xs]: InputOf };

export interface Claims<Inputs extends readonly InputOf[] = readonly InputOf[]> {
  /** one for each argument; a letter is any size, the same wherever it stands */
  readonly inputs: Inputs;
  /** shapes of the results, in their order; what is not said is not checked */
  readonly outputs?: readonly string[];
  /** what should hold beside the laws that are tried on every block */
  readonly claims?: readonly Statement[];
  /** laws tried on every block that this one is not to obey, with the reason */
  readonly except?: { readonly [L in AutomaticLaw]?: string };
  /** sizes that a letter is drawn from, the simplest first; default 1, 2, 3 */
  readonly sizes?: { readonly [letter: string]: readonly number[] };
  /** sizes of letters at which `molt check` costs the block; the letter that all inputs begin with is the batch, if it has no size here */
  readonly at?: { readonly [letter: string]: number };
  /** laws of one's own about the block at drawn sizes */
  readonly laws?: (subjects: fc.Arbitrary<Subject>) => readonly Law[];
}

/** Every tensor in what a function returned. */
const tensorsIn = (x: unknown): readonly Node[] => {
  if (x instanceof AnyTensor) return [unwrap(x)];
  if (x instanceof Vec) return x.items.flatMap(tensorsIn);
  if (Array.isArray(x)) return x.flatMap(tensorsIn);
  if (typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype) return Object.values(x).flatMap(tensorsIn);
  return x === undefined ? [] : raise(fault('Usage', 'a claim', [`the block returned ${typeof x}`], 'tensors, or lists and records of them'));
};
/** A function of typed tensors as laws call it. */
export const applied = (f: AnyFunction): Subject['apply'] => (...xs) => tensorsIn(called(f)(...xs));

const shapeOf = (input: InputOf): string => (typeof input === 'string' ? input : input.shape);
const givenOf = (input: InputOf, sizes: readonly number[]): Given =>
  typeof input === 'string' ? given(sizes) : 'domain' in input ? given(sizes, input.domain) : 'below' in input ? givenIds(sizes, input.below) : givenMask(sizes);

/** A block at given sizes: its function and what it declares. */
export interface Made {
  readonly f: AnyFunction;
  readonly declared: readonly Declared[];
}
export const made = <P, F extends AnyFunction>(of: Block<P, F> | F): Made => (typeof of === 'function' ? { f: of, declared: [] } : { f: instantiate(of), declared: of.declared('', true) });

/** A claim's shapes, read, and its block at sizes of their letters. */
export interface Shaped {
  readonly inputs: readonly Axes[];
  readonly outputs: readonly Axes[] | undefined;
  /** of all shapes, each once */
  readonly letters: readonly string[];
  readonly at: (sizes: Letters) => Sized;
}

const traverse = E.traverseArray(axesOf);

/** errors: Usage for a shape that is none */
export const shaped = (make: (letters: Letters) => Made, spec: Claims): E.Either<Fault, Shaped> =>
  pipe(
    E.Do,
    E.bind('inputs', () => traverse(spec.inputs.map(shapeOf))),
    E.bind('outputs', (): E.Either<Fault, readonly Axes[] | undefined> => (spec.outputs === undefined ? E.right(undefined) : traverse(spec.outputs))),
    E.map(({ inputs, outputs }) => ({
      inputs, outputs, letters: lettersOf([...inputs, ...(outputs ?? [])]),
      at: (sizes) => {
        const { f, declared } = make(sizes);
        return { letters: shownLetters(sizes), inputs: spec.inputs.map((input, i) => givenOf(input, sizesAt(inputs[i] ?? [], sizes))), apply: applied(f), declared, wanted: outputs?.map((axes) => sizesAt(axes, sizes)) };
      },
    })),
  );
