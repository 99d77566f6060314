/**
 * `molt check`: for each variant file, or module with a block: decode, build, shapes, cost, budgets, laws, smoke training, lock; as a table or for a CI system.
 * idea:  figures are of the equations as written, which are found several times sooner than planned ones; where one goes beyond a budget, the
 *        planned graph decides.
 * laws:  test/molt/cli/check.test.ts
 */
import { appendFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { encodeLock, exitCodeOf, type FormatName, formatNames, formats, isModuleFile, type Lock, lockName, type Options, type Result, summary, updatedLock } from '../../check/index.ts';
import { writeFault } from '../../io/system.ts';
import { writeAtomic } from '../../io/files.ts';
import { buildOf, type Cache, cacheIn, noCache } from '../check/cache.ts';
import { filesOf } from '../check/glob.ts';
import { rooted } from '../check/rooted.ts';
import { checkFiles, lockAt, lockedName, withLock } from '../check/run.ts';
import { command, type Command, optionalText } from '../command.ts';
import { choice, integer, orElse, text, toggle } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

type Variables = { readonly [name: string]: string | undefined };

/** Where a command runs. */
export interface Place {
  readonly cwd: string;
  readonly env: Variables;
}
export const processPlace = (): Place => ({ cwd: process.cwd(), env: process.env });

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The job's summary page, where the system has one. */
const appendSummary = (result: Result, { env }: Place): TE.TaskEither<Fault, void> => {
  const path = env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return TE.right(undefined);
  return TE.tryCatch(async () => appendFileSync(path, `${formats.markdown(result)}\n`), (thrown) => writeFault(path, 'the summary of this job', thrown));
};

/** What is asked for by name, else what fits where it runs. */
const formatFor = (asked: FormatName | undefined, { env }: Place): FormatName => asked ?? (env['GITHUB_ACTIONS'] === 'true' ? 'github' : 'pretty');

interface Telling {
  readonly format: FormatName;
  readonly output: string | undefined;
  readonly quiet: boolean;
}

/** Formats whose addresses a CI system looks up. */
const lookedUp = { github: true, sarif: true, pretty: false, json: false, junit: false, markdown: false } as const satisfies { readonly [F in FormatName]: boolean };

/** A result in a format; where its addresses are looked up, they are from the root of the checkout. */
const written = (result: Result, format: FormatName, { cwd, env }: Place): string => formats[format](lookedUp[format] ? rooted(result, cwd, env['GITHUB_WORKSPACE']) : result);

/** The text to its file, and beside it what fits where it runs; or the text alone. */
const told = (result: Result, { format, output, quiet }: Telling, terminal: Terminal, place: Place): TE.TaskEither<Fault, void> => {
  const content = written(result, format, place);
  if (output === undefined) return TE.fromIO(() => terminal.out(content));
  return pipe(writeAtomic(resolve(place.cwd, output), bytes(`${content}\n`)), TE.map(() => (quiet ? undefined : terminal.out(written(result, formatFor(undefined, place), place)))));
};

/** Writes the lock with this run's figures. */
const recorded = (result: Result, before: Lock | undefined, path: string, { cwd }: Place): TE.TaskEither<Fault, Lock> => {
  const named = { ...result, variants: result.variants.map((one) => ({ ...one, file: lockedName(cwd, path, one.file) })) };
  const lock = updatedLock(before, named, (file) => existsSync(resolve(dirname(path), file)));
  return pipe(writeAtomic(path, bytes(encodeLock(lock))), TE.map(() => lock));
};

/** The files that are asked for; without a word those of the folder `variants`. */
const operandsOr = (operands: readonly string[], { cwd }: Place): TE.TaskEither<Fault, readonly string[]> =>
  operands.length > 0
    ? TE.right(operands)
    : existsSync(join(cwd, 'variants'))
      ? TE.right(['variants'])
      : TE.left(fault('Usage', 'molt check', ['no files, and no folder variants'], 'molt check FILES…', 'molt init writes a first variant'));

/** Only what a file's text alone decides: a module's block may come from other files. */
const ofFiles = (cache: Cache): Cache => ({
  read: async (source) => (isModuleFile(source.file) ? undefined : cache.read(source)),
  write: async (source, checked) => (isModuleFile(source.file) ? undefined : cache.write(source, checked)),
});

const sensible = (planned: boolean, update: boolean): TE.TaskEither<Fault, void> =>
  planned && update ? TE.left(fault('Usage', 'molt check', ['--planned --update-baseline'], 'one of them: the lock records figures as written', 'molt check --help')) : TE.right(undefined);

export const checkCommand = (place: () => Place = processPlace): Command => command({
  name: 'check',
  summary: 'say of variant files what is wrong, what they cost, and whether that is within budgets',
  operands: { shown: '[FILES...]', most: Infinity },
  notes: [
    'FILES: names, folders (their *.json), or patterns with *, **, ? and {a,b}; without any, the folder variants. A module (.ts, .mjs, .js)',
    'exports claim(block, { inputs, at }) of molt/proofs, as for `molt prove`, and may export name and budgets; it runs, and is never cached.',
    'Checks: decode, build, shapes, cost, budgets, laws (at a small size), smoke training if asked for, lock. Every finding has a stable rule id.',
    'Figures are those of the equations as written; where one goes beyond a budget, the planned graph decides. --planned costs that throughout.',
    `The lock (${lockName}) records the figures that are meant; what differs is a finding. Under GitHub Actions findings become`,
    'annotations, addresses are from the root of the checkout, and a table goes to the summary of the job. Exit codes: 0 all passed, 1 a check failed, 2 a file is wrong, 3 a defect.',
  ],
  flags: {
    format: orElse(choice(formatNames, 'how findings are written; pretty, or github under GitHub Actions'), undefined),
    output: optionalText('FILE', 'where that goes; stdout then has the usual text'),
    baseline: optionalText('LOCK', `the lock file, which must be there; else ${lockName} where it is there`),
    'update-baseline': toggle('write the figures of this run to the lock'),
    batch: orElse(integer('B', 'samples of the batch that is costed', 1), 1),
    planned: toggle('figures of the planned graphs, as engines run them (slower)'),
    smoke: orElse(integer('N', 'also N steps of training at a small size: the loss must fall', 1), 0),
    'no-laws': toggle('leave out the laws'),
    cache: orElse(text('DIR', 'where results are kept, by content'), '.cache/molt'),
    'no-cache': toggle('check every file anew'),
    threads: orElse(integer('N', 'threads; by the number of files and cores if not given', 1), undefined),
  },
  run: ({ flags, operands }, terminal) => {
    const here = place();
    const options: Options = { costing: flags.planned ? 'planned' : 'written', batch: flags.batch, laws: !flags['no-laws'], smoke: flags.smoke };
    const lockPath = resolve(here.cwd, flags.baseline ?? lockName);
    const update = flags['update-baseline'];
    return pipe(
      sensible(flags.planned, update),
      TE.chain(() => operandsOr(operands, here)),
      TE.chain((patterns) => filesOf(here.cwd, patterns)),
      TE.bindTo('files'),
      TE.bind('before', () => lockAt(lockPath, flags.baseline !== undefined && !update)),
      TE.bind('molt', () => version),
      TE.bind('checked', ({ files, molt }) => TE.fromTask(() => checkFiles({
        cwd: here.cwd, files, options, version: molt, threads: flags.threads,
        cache: flags['no-cache'] ? noCache : ofFiles(cacheIn(join(resolve(here.cwd, flags.cache), 'check'), buildOf(molt), options)),
      }))),
      TE.bind('lock', ({ checked, before }) => (update ? recorded(checked.result, before, lockPath, here) : TE.right(before))),
      TE.chain(({ checked, lock, files }) => {
        const result = withLock(checked.result, lock, lockPath, here.cwd);
        return pipe(
          told(result, { format: formatFor(flags.format, here), output: flags.output, quiet: flags.quiet }, terminal, here),
          TE.chain(() => appendSummary(result, here)),
          TE.map(() => {
            if (!flags.quiet && checked.cached > 0) terminal.err(`${checked.cached} of ${files.length} from the cache`);
            if (!flags.quiet && update) terminal.err(`recorded: ${summary(result)}`);
            return exitCodeOf(result);
          }),
        );
      }),
    );
  },
});

export const check = checkCommand();
