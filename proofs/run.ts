/**
 * Run: draws samples and says whether a law held, and whether it caught its mutants. The only place that does.
 * idea:  the answer is a value; a failure has the shrunk sample, the reason, and the seed and path that replay it.
 * not:   exceptions or a test framework: `sound` is what a test asserts.
 */
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Task } from 'fp-ts/lib/Task.js';
import { type Counter, printCounter } from './counter.ts';
import type { Law, Tier, Trial } from './law.ts';

export interface RunOptions {
  readonly seed: number;
  /** samples for the law, and at most as many for each mutant */
  readonly runs: number;
  /** replays one failure, as printed by a report */
  readonly path?: string;
}

export type Result =
  | { readonly _tag: 'Held'; readonly runs: number }
  | { readonly _tag: 'Broken'; readonly runs: number; readonly sample: string; readonly counter: Counter; readonly seed: number; readonly path: string; readonly shrinks: number };

/** `rejected` by the law's predicate; `survived` every sample; `faulted`: it only ever failed to compute, which shows nothing. */
export interface MutantResult {
  readonly name: string;
  readonly outcome: 'rejected' | 'survived' | 'faulted';
  readonly runs: number;
}

export interface Report {
  readonly id: string;
  readonly statement: string;
  readonly tier: Tier;
  readonly result: Result;
  readonly mutants: readonly MutantResult[];
}

const holdsOn = async (trial: Trial): Promise<boolean> => !isLeft(await trial.verdict());

const judge = async (law: Law, options: RunOptions): Promise<Result> => {
  const { seed, runs, path } = options;
  const details = await fc.check(fc.asyncProperty(law.trials, holdsOn), { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
  const [trial] = details.counterexample ?? [];
  if (trial === undefined) return { _tag: 'Held', runs: details.numRuns };
  const verdict = await trial.verdict();
  const counter: Counter = isLeft(verdict) ? verdict.left : { _tag: 'Breaks', what: 'it fails now and then: the subject is not a function of the sample' };
  return { _tag: 'Broken', runs: details.numRuns, sample: trial.sample, counter, seed, path: details.counterexamplePath ?? '', shrinks: details.numShrinks };
};

const tryMutant = async ({ name, trials }: Law['mutants'][number], { seed, runs }: RunOptions): Promise<MutantResult> => {
  let faulted = 0;
  const survives = async (trial: Trial): Promise<boolean> => {
    const verdict = await trial.verdict();
    if (!isLeft(verdict)) return true;
    if (verdict.left._tag === 'Faults') faulted += 1;
    return verdict.left._tag === 'Faults';
  };
  const details = await fc.check(fc.asyncProperty(trials, survives), { seed, numRuns: runs, endOnFailure: true });
  return { name, outcome: details.failed ? 'rejected' : faulted > 0 ? 'faulted' : 'survived', runs: details.numRuns };
};

/** The law on its subject and on every mutant. Deterministic: equal options give equal reports. */
export const checkLaw = (law: Law, options: RunOptions): Task<Report> => async () => {
  const result = await judge(law, options);
  const mutants: MutantResult[] = [];
  for (const mutant of law.mutants) mutants.push(await tryMutant(mutant, options));
  return { id: law.id, statement: law.statement, tier: law.tier, result, mutants };
};

/** All laws, one after the other. */
export const checkLaws = (laws: readonly Law[], options: RunOptions): Task<readonly Report[]> => async () => {
  const reports: Report[] = [];
  for (const one of laws) reports.push(await checkLaw(one, options)());
  return reports;
};

/** Whether a report is good: the law held (unless it only informs) and no mutant got away. */
export const sound = ({ tier, result, mutants }: Report): boolean => (tier === 'informative' || result._tag === 'Held') && mutants.every(({ outcome }) => outcome === 'rejected');

/** What happened, one screen; a failure with the reason, and how to replay it. */
export const printReport = (report: Report): string => {
  const { id, statement, result, mutants } = report;
  const verdict =
    result._tag === 'Held'
      ? [`${sound(report) ? 'ok' : 'WEAK'} ${id}: ${statement} (${result.runs} samples)`]
      : [
          `BROKEN ${id}: ${statement}`,
          `  because ${printCounter(result.counter)}`,
          `  sample  ${result.sample}`,
          `  replay  { seed: ${result.seed}, runs: ${result.runs}, path: '${result.path}' } after ${result.shrinks} shrinks`,
        ];
  return [...verdict, ...mutants.filter(({ outcome }) => outcome !== 'rejected').map(({ name, outcome }) => `  mutant  '${name}' ${outcome}: the law can't tell it from the right one`)].join('\n');
};
