/**
 * Run file: what a folder of results is about, so that one run never writes over, or goes on from, another.
 * idea:  everything that decides the numbers of a run, as JSON; two runs are the same if it is.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { fewLines } from '../../../shapes/few.ts';
import { readJson, writeAtomic } from '../../io/files.ts';
import type { Both } from '../../modality.ts';
import { isObject } from '../../variants/combinators.ts';

/** JSON that decides a run's numbers. */
export interface RunFile {
  readonly schemaVersion: 1;
  readonly variant: unknown;
  /** hashes of the weights of the trunks */
  readonly trunks: Both<string>;
  readonly data: { readonly hash: string; readonly collections: Both<string>; readonly items: { readonly [split: string]: number } };
  readonly settings: { readonly [name: string]: number | string | boolean };
}

/** Files of a run's folder. */
export const filesOf = (out: string) => ({
  run: join(out, 'run.json'),
  checkpoint: join(out, 'checkpoint.safetensors'),
  standard: join(out, 'standard.safetensors'),
  weights: join(out, 'weights.safetensors'),
  best: join(out, 'best.safetensors'),
  record: join(out, 'record.json'),
});

/** What a run is called in its checkpoint and in messages: another variant, other data or settings, another name. */
export const runName = (variant: string, run: RunFile): string => `${variant}, seed ${run.settings['seed']}, run ${createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 12)}`;

/** Every leaf of a JSON value, by its path. */
const leaves = (json: unknown, at: string): readonly (readonly [string, string])[] =>
  Array.isArray(json) ? json.flatMap((x: unknown, i) => leaves(x, `${at}[${i}]`)) : isObject(json) ? Object.entries(json).flatMap(([key, x]) => leaves(x, at === '' ? key : `${at}.${key}`)) : [[at, JSON.stringify(json) ?? 'nothing']];

const mostLines = 8;
const differences = (there: unknown, asked: unknown): readonly string[] => {
  const [a, b] = [new Map(leaves(there, '')), new Map(leaves(asked, ''))];
  const lines = [...new Set([...a.keys(), ...b.keys()])].filter((at) => a.get(at) !== b.get(at)).map((at) => `${at}: ${a.get(at) ?? 'nothing'} there, ${b.get(at) ?? 'nothing'} asked for`);
  return fewLines(lines, mostLines);
};

/**
 * Makes a folder one of this run; true if the run goes on from a checkpoint there.
 * errors: Usage if the folder holds another run, or this one and it was not asked to go on; Storage
 */
export const claimFolder = (out: string, run: RunFile, resume: boolean): TaskEither<Fault, boolean> => async () => {
  const files = filesOf(out);
  const started = existsSync(files.checkpoint);
  if (existsSync(files.run)) {
    const there = await readJson(files.run)();
    if (E.isLeft(there)) return there;
    const other = differences(there.right, run);
    if (other.length > 0) return E.left(fault('Usage', `--out ${out}`, ['it holds another run', ...other], 'a folder without a run, or the same run', 'choose another --out, or delete this one'));
  }
  if (started && !resume) return E.left(fault('Usage', `--out ${out}`, ['it holds this run already'], '--resume to go on from its checkpoint, or another folder', 'to begin again, choose another --out or delete this one'));
  const written = await writeAtomic(files.run, new TextEncoder().encode(`${JSON.stringify(run, null, 2)}\n`))();
  return E.isLeft(written) ? written : E.right(started);
};
