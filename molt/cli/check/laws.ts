/**
 * Laws: those of a variant at a small size, each under its rule.
 * not:   mutants: that the laws tell right from wrong is the suite's to show (test/proofs).
 */
import { type Either, isLeft, left, right, tryCatch } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { printCounter } from '../../../proofs/counter.ts';
import type { Law } from '../../../proofs/law.ts';
import { checkLaw } from '../../../proofs/run.ts';
import { type VariantFamily, variantLaws } from '../../../proofs/molt/variant.ts';
import { fault, type Fault, faultOf } from '../../../shapes/fault.ts';
import type { BrokenLaw, LawRule, LawsRun } from '../../check/index.ts';
import { shrunk } from '../../variants/shrunk.ts';
import type { Variant } from '../../variants/variant.ts';

/** Samples of each law, and the seed they are drawn by. */
const [runs, seed] = [1, 1];

const ruleOf = { batch: 'MOLT201', compiled: 'MOLT202', simplex: 'MOLT203', gradient: 'MOLT204' } as const satisfies { readonly [F in VariantFamily]: LawRule };

const broken = async (rule: LawRule, law: Law): Promise<readonly BrokenLaw[]> => {
  const { id, statement, result } = await checkLaw({ ...law, mutants: [] }, { seed, runs })();
  if (result._tag === 'Held') return [];
  return [{ rule, id, statement, counter: [...printCounter(result.counter).split('\n'), `sample ${result.sample}`], replay: `seed ${result.seed}, path ${result.path}` }];
};

/** Tries the laws on a variant that is small already. errors: those of building it */
export const lawsOn = (variant: Variant): TaskEither<Fault, LawsRun> => async (): Promise<Either<Fault, LawsRun>> => {
  const made = tryCatch(() => variantLaws(variant), (thrown) => faultOf('laws', thrown));
  if (isLeft(made)) return made;
  const laws = made.right;
  if (laws.length === 0) return left(fault('Unsupported', 'laws', [`adapter ${variant.adapter.kind}: nothing but weights of the trunks is trained`], 'an adapter with blocks of its own'));
  const found: BrokenLaw[] = [];
  for (const { family, law } of laws) found.push(...(await broken(ruleOf[family], law)));
  return right({ held: laws.length - found.length, broken: found });
};

/** The laws of a variant, at a small size. */
export const lawsAbout = (variant: Variant): TaskEither<Fault, LawsRun> => lawsOn(shrunk(variant));
