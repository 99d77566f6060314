/**
 * Read: a variant file from disk.
 */
import { chain, fromEither, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { readJson } from '../io/files.ts';
import { decodeVariant } from './codec.ts';
import { moltOnly, type MoltVariant, type Variant } from './variant.ts';

/** A variant from a JSON file. errors: Storage, and those of `decodeVariant`; Decode for what is not JSON. */
export const readVariant = (path: string): TaskEither<Fault, Variant> => pipe(readJson(path), chain((json) => fromEither(decodeVariant(path, json))));

/** The same for MoLT alone. errors: also Unsupported for other adapters */
export const readMolt = (path: string): TaskEither<Fault, MoltVariant> => pipe(readVariant(path), chain((variant) => fromEither(moltOnly(variant))));
