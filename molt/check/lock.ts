/**
 * Lock: the figures of variants as they were meant, in `molt.lock.json`; what drifted from them, and what changed between two locks.
 * idea:  figures are exact and the same on every machine, so any difference is a change of the architecture or of molt, and is shown
 *        to whoever reviews it. Figures are those of the equations as written, for a stated batch.
 * laws:  test/molt/check/lock.test.ts: decode ∘ encode = identity; an update leaves no drift
 * not:   reading or writing the file.
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { decoder, isObject, line, natural, oneOf, positive, record, required, type Decoder } from '../variants/combinators.ts';
import { problemsFault } from '../variants/problems.ts';
import { diagnostic, type Diagnostic, type Where } from './diagnostic.ts';
import { change, eachFigure, figureNames, figureOf, type Figures, grouped } from './figures.ts';
import type { Checked, Outcome, Result } from './result.ts';

/** The usual name of the file. */
export const lockName = 'molt.lock.json';

export interface Locked {
  readonly name: string;
  readonly figures: Figures;
}

export interface Lock {
  readonly schemaVersion: 1;
  /** samples of the batch that was costed */
  readonly batch: number;
  /** by file, as seen from the lock's folder */
  readonly variants: ReadonlyMap<string, Locked>;
}

const figures: Decoder<Figures> = record({ trainableParameters: required(natural), savedBytesPerSample: required(natural), peakBytes: required(natural), multiplyAdds: required(natural), exportedBytes: required(natural) });
const locked: Decoder<Locked> = record({ name: required(line), figures: required(figures) });

const byFile: Decoder<ReadonlyMap<string, Locked>> = decoder('an object with an entry for each variant file', (u, context) => {
  if (!isObject(u)) return left([{ value: u, context, message: 'an object with an entry for each variant file' }]);
  const entries = Object.entries(u).map(([file, value]) => ({ file, found: locked.validate(value, [...context, { key: file, type: locked, actual: value }]) }));
  const problems = entries.flatMap(({ found }) => (isLeft(found) ? found.left : []));
  return problems.length > 0 ? left(problems) : right(new Map(entries.flatMap(({ file, found }) => (isLeft(found) ? [] : [[file, found.right] as const]))));
});

const lockFile: Decoder<Lock> = record({ schemaVersion: required(oneOf(1)), batch: required(positive), variants: required(byFile) });

/** A lock from parsed JSON; `source` is its name in messages. errors: Name, Decode */
export const decodeLock = (source: string, json: unknown): Either<Fault, Lock> => {
  const found = lockFile.decode(json);
  return isLeft(found) ? left(problemsFault(source, 'a lock file', found.left)) : found;
};

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** Its text: sorted by file, one figure a line, so that a diff of two revisions reads well. */
export const encodeLock = ({ schemaVersion, batch, variants }: Lock): string =>
  `${JSON.stringify({ schemaVersion, batch, variants: Object.fromEntries([...variants].toSorted(byName).map(([file, { name, figures: f }]) => [file, { name, figures: eachFigure((figure) => f[figure]) }])) }, null, 2)}\n`;

/** The lock with the figures of a run: files that were checked are replaced, others kept while `exists` says so. */
export const updatedLock = (before: Lock | undefined, { batch, variants }: Result, exists: (file: string) => boolean): Lock => {
  const kept = before === undefined || before.batch !== batch ? [] : [...before.variants].filter(([file]) => exists(file));
  const made = variants.flatMap(({ file, name, figures: f }) => (f === null || name === null ? [] : [[file, { name, figures: f }] as const]));
  return { schemaVersion: 1, batch, variants: new Map([...kept, ...made].toSorted(byName)) };
};

const drifts = (then: Figures, now: Figures, where: Where): readonly Diagnostic[] =>
  figureNames.filter((name) => then[name] !== now[name]).map((name) =>
    diagnostic('MOLT401', where, [`${figureOf(name).about}: ${grouped(now[name])} (${change(then[name], now[name])})`], `${grouped(then[name])}, as the lock file records`));

/** The check `lock` of one variant. `where` is what its findings point at. */
export const lockOutcome = (lock: Lock | undefined, { batch, costing }: Pick<Result, 'batch' | 'costing'>, { file, figures: now }: Checked, where: Where): Outcome => {
  const skipped = (note: string): Outcome => ({ check: 'lock', status: 'skipped', note, diagnostics: [] });
  if (lock === undefined) return skipped('no lock file; --update-baseline writes one');
  if (now === null) return skipped('nothing was costed');
  if (costing === 'planned') return skipped('the lock records figures as written, not as planned');
  if (lock.batch !== batch) return skipped(`the lock is of batch ${lock.batch}, this run of batch ${batch}`);
  const then = lock.variants.get(file);
  if (then === undefined) return { check: 'lock', status: 'passed', note: 'not in the lock file', diagnostics: [diagnostic('MOLT402', where, ['a variant without an entry in the lock file'], 'an entry, so that changes are seen')] };
  const found = drifts(then.figures, now, where);
  return found.length === 0 ? { check: 'lock', status: 'passed', note: 'as recorded', diagnostics: [] } : { check: 'lock', status: 'failed', note: `${found.length} of ${figureNames.length} figures differ`, diagnostics: found };
};

/** One variant in two locks. */
export interface Change {
  readonly file: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'same';
  readonly before: Locked | null;
  readonly after: Locked | null;
}

/** Every variant of either lock, by file. errors: Usage where their batches differ */
export const difference = (before: Lock, after: Lock): Either<Fault, readonly Change[]> => {
  if (before.batch !== after.batch) return left(fault('Usage', 'molt diff', [`a lock of batch ${before.batch}`, `a lock of batch ${after.batch}`], 'two locks of the same batch', `molt check FILES… --batch ${before.batch} --update-baseline`));
  const files = [...new Set([...before.variants.keys(), ...after.variants.keys()])].toSorted();
  return right(files.map((file): Change => {
    const [then, now] = [before.variants.get(file) ?? null, after.variants.get(file) ?? null];
    if (then === null) return { file, kind: 'added', before: null, after: now };
    if (now === null) return { file, kind: 'removed', before: then, after: null };
    return { file, kind: figureNames.some((f) => then.figures[f] !== now.figures[f]) || then.name !== now.name ? 'changed' : 'same', before: then, after: now };
  }));
};
