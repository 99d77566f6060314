/**
 * Version: of this molt, from its package file.
 */
import { createRequire } from 'node:module';
import { map, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { readJson } from '../io/files.ts';

/** `0.1.0`. errors: Storage, Decode for a broken installation */
export const version: TaskEither<Fault, string> = pipe(
  readJson(createRequire(import.meta.url).resolve('molt/package.json')),
  map((json) => (typeof json === 'object' && json !== null && 'version' in json ? String(json.version) : 'unknown')),
);
