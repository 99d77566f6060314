/**
 * Stored: the flags of commands that read a feature store with a variant.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { DataOptions } from '../train/stored/data.ts';
import { optionalText } from './command.ts';
import { type Flag, integer, orElse, text, toggle } from './flags.ts';

const megabyte = 1024 * 1024;
const usualMemory = 512;

/** `--store DIR` */
export const storeFlag = { store: text('DIR', 'the feature store') } as const;
/** `--manifest ID --skip-missing` */
export const dataFlags = {
  manifest: optionalText('ID', 'run manifest of `molt extract`: its id or its file; the only one of the store if not given'),
  'skip-missing': toggle('leave out items whose features are not there'),
} as const satisfies { readonly [name: string]: Flag<unknown> };

interface DataValues {
  readonly store: string;
  readonly manifest: string | undefined;
  readonly memory?: number;
  readonly 'skip-missing': boolean;
}

export const dataOptionsOf = (variant: string, { store, manifest, memory = usualMemory, 'skip-missing': skipMissing }: DataValues): DataOptions => ({ variant, store, manifest, memory: memory * megabyte, skipMissing });

/** `--memory MB` of commands that read in random order */
export const memoryFlag = { memory: orElse(integer('MB', 'most memory that reading in random order holds: the more, the wider segments are mixed', 1), usualMemory) } as const;

/** The one operand. errors: Usage */
export const variantOf = (name: string, [variant]: readonly string[]): Either<Fault, string> =>
  variant === undefined ? left(fault('Usage', `molt ${name}`, ['no variant'], `molt ${name} VARIANT.json --store DIR …`, `molt ${name} --help`)) : right(variant);
