/**
 * Module: the block that a module exports, as something to check.
 * idea:  the claims are those of `molt prove`: the default export, or the only one, is the variant. `name` and `budgets` may be exported beside it.
 *        A fault is told at the line of the user's that raised it.
 * laws:  test/molt/cli/modules.test.ts
 * not:   type-checking; caching, since a block may come from other files.
 */
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Either, isLeft, left, map, mapLeft, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Claimed, type Finding, isClaimed, type Refused } from '../../../proofs/claims/claimed.ts';
import { closeGraph, is } from '../../../dsl/index.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { type Candidate, diagnostic, type Diagnostic, type LawRule, type LawsRun, type Places, placesOfModule, problemFinding, type Refusal, type Source, type Where } from '../../check/index.ts';
import { type Exports, type Loaded, loadPlaced, type Unloaded } from '../../prove/load.ts';
import type { Place } from '../../prove/places.ts';
import { budgetsOrProblems } from '../../variants/codec.ts';
import type { Budgets } from '../../variants/variant.ts';
import { shownPath } from './glob.ts';
import { trainedOn } from './smoke.ts';

/** Samples of each law, and the seed they are drawn by. */
const [runs, seed] = [12, 1];

const lawRules: { readonly [family: string]: LawRule } = { batch: 'MOLT201', compiled: 'MOLT202', simplex: 'MOLT203', gradient: 'MOLT204' };

/** This package, compiled or not. */
const home = fileURLToPath(new URL('../../..', import.meta.url));
const ours = [home, dirname(home)].flatMap((root) => ['shapes', 'dsl', 'molt', 'proofs'].map((folder) => join(root, folder) + sep));

/** The innermost place that is the user's. */
const ownPlace = (cwd: string, places: readonly Place[]): Where | undefined => {
  const found = places.find(({ file }) => !file.includes(`${sep}node_modules${sep}`) && !ours.some((folder) => file.startsWith(folder)));
  return found === undefined ? undefined : { file: shownPath(cwd, found.file), path: '', line: found.line, column: found.column, endLine: found.line, endColumn: found.column + 1 };
};

const unloaded = (cwd: string, path: string, places: Places) => ({ fault, places: raised }: Unloaded): readonly Diagnostic[] => {
  const where = fault.where === path ? [] : [fault.where.replace(`${path}: `, '')];
  return [diagnostic(fault._tag === 'Shape' ? 'MOLT001' : 'MOLT009', ownPlace(cwd, raised) ?? places.value([]), [...where, ...fault.given], fault.needed, fault.hint)];
};

interface Chosen {
  readonly export: string;
  readonly claimed: Claimed;
}

/** The default export if it is a claim, else the only one. */
const chosen = (exports: Exports, places: Places): Either<readonly Diagnostic[], Chosen> => {
  const all = Object.entries(exports).flatMap(([name, value]): readonly Chosen[] => (isClaimed(value) ? [{ export: name, claimed: value }] : []));
  const one = all.find((c) => c.export === 'default') ?? (all.length === 1 ? all[0] : undefined);
  if (one !== undefined) return right(one);
  const names = Object.keys(exports);
  return left([all.length === 0
    ? diagnostic('MOLT009', places.value([]), [names.length === 0 ? 'a module that exports nothing' : `exports ${names.join(', ')}, none of them a claim`], 'a block with its claim: export default claim(block, { inputs: [\'b n 3\'], at: { n: 36 } })')
    : diagnostic('MOLT009', places.value([all[1]?.export ?? '']), [`${all.length} claims: ${all.map((c) => c.export).join(', ')}`], 'one claim, or one that is the default export')]);
};

const nameIn = ({ name }: Exports, places: Places, usual: string): Either<readonly Diagnostic[], string> => {
  if (name === undefined) return right(usual);
  return typeof name === 'string' && /^[^\n\r]+$/.test(name) ? right(name) : left([diagnostic('MOLT002', places.value(['name']), [JSON.stringify(name) ?? String(name)], 'a text of one line')]);
};

const budgetsIn = ({ budgets = {} }: Exports, places: Places): Either<readonly Diagnostic[], Budgets> =>
  pipe(budgetsOrProblems(budgets), mapLeft((problems) => problems.map((one) => problemFinding(places)({ ...one, keys: ['budgets', ...one.keys] }))));

const lawsOf = (file: string, { export: name, claimed }: Chosen): TE.TaskEither<Fault, LawsRun> =>
  pipe(
    claimed.prove({ seed, runs, mutants: false }),
    TE.map(({ findings }) => ({
      held: findings.filter(({ counterexample }) => counterexample === undefined).length,
      broken: findings.flatMap(({ law, statement, counterexample: found }: Finding) => (found === undefined ? [] : [{
        rule: lawRules[law.split('.')[0] ?? ''] ?? 'MOLT200', id: law, statement,
        counter: [...found.because.split('\n'), `smallest ${found.sample}`],
        replay: `molt prove ${file} --law ${name}.${law} --seed ${found.seed} --runs ${runs} --path ${found.path}`,
      } as const])),
    })),
  );

const refusal = (cwd: string, { places }: Loaded) => ({ fault, stack }: Refused): Refusal => {
  const at = ownPlace(cwd, places(stack));
  return at === undefined ? { fault } : { fault, at };
};

/** With stacks long enough to reach the user's code below ours. */
const deeply = <A>(work: () => A): A => {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = usual;
  }
};

/** Samples of a smoke training. */
const batch = 2;

const smoked = (claimed: Claimed, steps: number): ReturnType<Candidate['smoke']> =>
  pipe(
    TE.fromEither(claimed.costed(batch)),
    TE.mapLeft(({ fault }) => fault),
    TE.chain((system) => {
      const read = new Set(closeGraph([system.loss]).nodes.flatMap((node) => (is('input', node) ? [node.params.name] : [])));
      return trainedOn(system, new Map([...system.inputs(seed)].filter(([name]) => read.has(name))), steps);
    }),
  );

const candidateOf = (cwd: string, file: string, places: Places) => (loaded: Loaded): Either<readonly Diagnostic[], Candidate> => {
  const { exports } = loaded;
  const one = chosen(exports, places);
  if (isLeft(one)) return one;
  const { export: name, claimed } = one.right;
  const [title, budgets] = [nameIn(exports, places, name === 'default' ? basename(file, extname(file)) : name), budgetsIn(exports, places)];
  if (isLeft(title) || isLeft(budgets)) return left([title, budgets].flatMap((read) => (isLeft(read) ? read.left : [])));
  return right({
    name: title.right, kind: 'block', budgets: budgets.right, named: exports['name'] === undefined ? [name] : ['name'], about: () => [name],
    system: (samples) => pipe(deeply(() => claimed.costed(samples)), mapLeft(refusal(cwd, loaded)), map((system) => ({ ...system, segments: 1 }))),
    laws: lawsOf(file, one.right),
    smoke: (steps) => smoked(claimed, steps),
  });
};

/** The block of a module, or all that is wrong with it; its name is seen from `cwd`. */
export const moduleIn = (cwd: string, { file, text }: Source): TE.TaskEither<readonly Diagnostic[], Candidate> => {
  const path = resolve(cwd, file);
  const places = placesOfModule(file, text);
  return pipe(loadPlaced(path), TE.mapLeft(unloaded(cwd, path, places)), TE.chainEitherK(candidateOf(cwd, file, places)));
};
