/**
 * Claim: a block of one's own with the shapes that it takes and what should hold of it; `molt prove` runs the laws.
 * idea:  a claim is a value that a module exports. It runs its laws itself and answers with plain data, so that the command may
 *        come from another copy of this package than the block.
 * not:   a test framework; files (molt/prove).
 * This file is a trust boundary: what a function of typed tensors returns is looked at as it comes.
 */
import type fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Block, type Declared, type Node, instantiate, unwrap } from '../../dsl/index.ts';
import { AnyTensor, fault, type Fault, faultOf, raise, Vec } from '../../shapes/index.ts';
import type { Domain } from '../arbitraries/domains.ts';
import { printCounter } from '../counter.ts';
import type { Law } from '../law.ts';
import { checkLaws, type Report, type RunOptions } from '../run.ts';
import { called, type Given, given, givenIds, givenMask, type Subject } from '../subject.ts';
import { type AutomaticLaw, automaticLaws, batchLetter, type Everything, type Sized, tryLaw } from './automatic.ts';
import type { Claimed, Finding, Skipped } from './claimed.ts';
import { type Axes, axesOf, drawnLetters, type Letters, lettersOf, shownLetters, sizesAt } from './sizes.ts';
import { lawsOf, type Statement, unclaimed } from './statement.ts';

/** A shape, `b n 3`: standard normal numbers; or with where its numbers come from: a domain, indices below a bound, truth values. */
export type InputOf = string | { readonly shape: string; readonly domain: Domain } | { readonly shape: string; readonly below: number } | { readonly shape: string; readonly mask: true };

type AnyFunction = (...xs: never[]) => unknown;

type Each<Xs extends readonly unknown[]> = { readonly [K in keyof Xs]: InputOf };

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
const applied = (f: AnyFunction): Subject['apply'] => (...xs) => tensorsIn(called(f)(...xs));

const shapeOf = (input: InputOf): string => (typeof input === 'string' ? input : input.shape);
const givenOf = (input: InputOf, sizes: readonly number[]): Given =>
  typeof input === 'string' ? given(sizes) : 'domain' in input ? given(sizes, input.domain) : 'below' in input ? givenIds(sizes, input.below) : givenMask(sizes);

/** A block at given sizes: its function and what it declares. */
export interface Made {
  readonly f: AnyFunction;
  readonly declared: readonly Declared[];
}
const made = <P, F extends AnyFunction>(of: Block<P, F> | F): Made => (typeof of === 'function' ? { f: of, declared: [] } : { f: instantiate(of), declared: of.declared('', true) });

interface Prepared {
  readonly laws: readonly Law[];
  readonly skipped: readonly Skipped[];
}

const traverse = E.traverseArray;

const prepared = (make: (letters: Letters) => Made, spec: Claims): E.Either<Fault, Prepared> => {
  const all = spec.inputs;
  return pipe(
    E.Do,
    E.bind('inputs', () => traverse(axesOf)(all.map(shapeOf))),
    E.bind('outputs', (): E.Either<Fault, readonly Axes[] | undefined> => (spec.outputs === undefined ? E.right(undefined) : traverse(axesOf)(spec.outputs))),
    E.bind('plan', ({ inputs, outputs }) => {
      const letters = lettersOf([...inputs, ...(outputs ?? [])]);
      const pools = spec.sizes ?? {};
      const at = (sizes: Letters): Sized => {
        const { f, declared } = make(sizes);
        return { letters: shownLetters(sizes), inputs: all.map((input, i) => givenOf(input, sizesAt(inputs[i] ?? [], sizes))), apply: applied(f), declared, wanted: outputs?.map((axes) => sizesAt(axes, sizes)) };
      };
      const batch = batchLetter(inputs);
      // the batch at its greatest, the rest at their least: an output's first axis is then hardly the batch's by chance
      const least = Object.fromEntries(letters.map((letter) => [letter, (letter === batch ? (pools[letter] ?? [3]).at(-1) : (pools[letter] ?? [1])[0]) ?? 1]));
      return pipe(
        E.tryCatch((): Everything => {
          const example = at(least);
          return { inputs, outputs, dtypes: example.inputs.map(({ dtype }) => dtype), subjects: drawnLetters(letters, pools).map(at), example };
        }, (thrown) => faultOf('a claim', thrown)),
        E.chain((everything) => lawsAbout(everything, spec, letters, batch)),
      );
    }),
    E.map(({ plan }) => plan),
  );
};

const lawsAbout = (everything: Everything, { claims = [], except = {}, laws: more = () => [] }: Claims, letters: readonly string[], batch: string | undefined): E.Either<Fault, Prepared> =>
  pipe(
    E.Do,
    E.bind('stated', () => traverse((statement: Statement) => lawsOf(statement, { ...everything, applied }))(claims)),
    E.bind('tried', () => E.tryCatch(() => automaticLaws.map((law) => ({ law, ...(except[law] === undefined ? tryLaw(law, everything) : { reason: `excepted: ${except[law]}` }) })), (thrown) => faultOf('a claim', thrown))),
    E.map(({ stated, tried }) => ({
      laws: [...stated.flat(), ...more(everything.subjects), ...tried.flatMap((one) => ('laws' in one ? one.laws : []))],
      skipped: [...tried.flatMap((one) => ('reason' in one ? [{ law: one.law, reason: one.reason }] : [])), ...unclaimed(claims, letters, batch).map(({ id, reason }) => ({ law: id, reason }))],
    })),
  );

const findingOf = ({ id, statement, result, mutants }: Report): Finding => {
  const survivors = mutants.filter(({ outcome }) => outcome !== 'rejected').map(({ name }) => name);
  return result._tag === 'Held'
    ? { law: id, statement, outcome: survivors.length > 0 ? 'weak' : 'passed', runs: result.runs, survivors }
    : { law: id, statement, outcome: 'failed', runs: result.runs, survivors: [], counterexample: { because: printCounter(result.counter), sample: result.sample, seed: result.seed, path: result.path, shrinks: result.shrinks } };
};

const findings = async (laws: readonly Law[], options: RunOptions): Promise<readonly Finding[]> => (await checkLaws(laws, options)()).map(findingOf);

const claimed = (make: (letters: Letters) => Made, spec: Claims): Claimed => ({
  kind: 'molt.claim',
  prove: ({ law: only, ...options }) => async () => {
    const plan = prepared(make, spec);
    if (E.isLeft(plan)) return plan;
    const { laws, skipped } = plan.right;
    if (only !== undefined) return E.right({ findings: await findings(laws.filter(({ id }) => id === only), options), skipped: [] });
    // a block that cannot be built at some size breaks every law there: it is said once
    const unbuilt = (await checkLaws(laws.filter(({ id }) => id === 'shapes'), options)()).filter(({ result }) => result._tag === 'Broken' && result.counter._tag === 'Faults');
    if (unbuilt.length > 0) return E.right({ findings: unbuilt.map(findingOf), skipped: laws.filter(({ id }) => id !== 'shapes').map(({ id }) => ({ law: id, reason: 'it cannot be built at every size: see shapes' })) });
    return E.right({ findings: await findings(laws, options), skipped });
  },
});

/**
 * A block, or a function of tensors, with the shapes that it takes and what should hold of it.
 * @example
 * import assert from 'node:assert';
 * import { block, einsum, fanIn, param, softmax } from 'molt/dsl';
 * import { claim } from 'molt/proofs';
 * import { dim, type Dim, type Tensor } from 'molt/shapes';
 *
 * const pool = block({ query: param(fanIn(), dim(3), dim(2)) }, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>) =>
 *   einsum('b q n, b n d -> b q d')(softmax(einsum('b n d, d q -> b q n')(x, p.query)), x));
 * const pooling = claim(pool, { inputs: ['b n 3'], outputs: ['b 2 3'], claims: [{ law: 'invariant', axis: 'n' }, { law: 'hull' }] });
 *
 * const proof = await pooling.prove({ seed: 1, runs: 20 })();
 * assert.ok(proof._tag === 'Right' && proof.right.findings.every(({ outcome }) => outcome === 'passed'));
 */
export function claim<P, F extends AnyFunction>(of: Block<P, F>, spec: Claims<Each<Parameters<NoInfer<F>>>>): Claimed;
export function claim<F extends AnyFunction>(of: F, spec: Claims<Each<Parameters<NoInfer<F>>>>): Claimed;
export function claim<P, F extends AnyFunction>(of: Block<P, F> | F, spec: Claims): Claimed {
  const one = made(of);
  return claimed(() => one, spec);
}

/**
 * The same for a block that is made for given sizes, which `made` takes out of their scope: `claimAt(({ n = 1 }, made) => reify(n,
 * (N) => made(mixer(N))), …)`.
 */
export const claimAt = (at: (letters: Letters, make: typeof made) => Made, spec: Claims): Claimed => claimed((letters) => at(letters, made), spec);
