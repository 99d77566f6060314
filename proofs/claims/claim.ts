/**
 * Claim: a block of one's own with the shapes that it takes and what should hold of it; `molt prove` runs the laws.
 * idea:  a claim is a value that a module exports. It runs its laws itself and answers with plain data, so that the command may
 *        come from another copy of this package than the block.
 * not:   a test framework; files (molt/prove).
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Block } from '../../dsl/index.ts';
import { type Fault, faultOf } from '../../shapes/index.ts';
import { printCounter } from '../counter.ts';
import type { Law } from '../law.ts';
import { checkLaws, type Report, type RunOptions } from '../run.ts';
import { automaticLaws, batchLetter, type Everything, tryLaw } from './automatic.ts';
import type { Claimed, Finding, Skipped } from './claimed.ts';
import { costed } from './costed.ts';
import { type AnyFunction, applied, type Claims, type Each, type Made, made, shaped, type Shaped } from './made.ts';
import { drawnLetters, type Letters } from './sizes.ts';
import { lawsOf, type Statement, unclaimed } from './statement.ts';

interface Prepared {
  readonly laws: readonly Law[];
  readonly skipped: readonly Skipped[];
}

const prepared = ({ inputs, outputs, letters, at }: Shaped, spec: Claims): E.Either<Fault, Prepared> => {
  const pools = spec.sizes ?? {};
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
};

const lawsAbout = (everything: Everything, { claims = [], except = {}, laws: more = () => [] }: Claims, letters: readonly string[], batch: string | undefined): E.Either<Fault, Prepared> =>
  pipe(
    E.Do,
    E.bind('stated', () => E.traverseArray((statement: Statement) => lawsOf(statement, { ...everything, applied }))(claims)),
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

const isShapes = ({ id }: Law): boolean => id === 'shapes';

/** The law of shapes first: a block that cannot be built at some size breaks every law there, which is said once. */
const provenAll = async ({ laws, skipped }: Prepared, options: RunOptions): Promise<{ readonly findings: readonly Finding[]; readonly skipped: readonly Skipped[] }> => {
  const first = await checkLaws(laws.filter(isShapes), options)();
  const unbuilt = first.filter(({ result }) => result._tag === 'Broken' && result.counter._tag === 'Faults');
  if (unbuilt.length > 0) return { findings: unbuilt.map(findingOf), skipped: laws.filter((one) => !isShapes(one)).map(({ id }) => ({ law: id, reason: 'it cannot be built at every size: see shapes' })) };
  const rest = (await findings(laws.filter((one) => !isShapes(one)), options)).values();
  const shapes = first.map(findingOf).values();
  return { findings: laws.flatMap((one) => (isShapes(one) ? shapes : rest).next().value ?? []), skipped };
};

const claimed = (make: (letters: Letters) => Made, spec: Claims): Claimed => ({
  kind: 'molt.claim',
  prove: ({ law: only, mutants = true, ...options }) => async () => {
    const plan = pipe(shaped(make, spec), E.chain((one) => prepared(one, spec)));
    if (E.isLeft(plan)) return plan;
    const { skipped } = plan.right;
    const laws = mutants ? plan.right.laws : plan.right.laws.map((one) => ({ ...one, mutants: [] }));
    return E.right(only === undefined ? await provenAll({ laws, skipped }, options) : { findings: await findings(laws.filter(({ id }) => id === only), options), skipped: [] });
  },
  costed: costed(make, spec),
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
