/**
 * Stored: the flags of commands that read a feature store with a variant, and what the variant's own file says of its training.
 * idea:  a flag goes before the file, the file before what is usual.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { DataOptions, Opened } from '../train/stored/data.ts';
import type { AskedTrunks } from '../train/stored/learner.ts';
import { loadWeights } from '../weights/index.ts';
import { optionalText } from './command.ts';
import { type Flag, integer, orElse, text, toggle } from './flags.ts';
import type { Terminal } from './terminal.ts';
import { weightsPath } from './trunk.ts';

const megabyte = 1024 * 1024;
const usualMemory = 512;

/** `--store DIR` */
export const storeFlag = { store: text('DIR', 'the feature store') } as const;
/** `--manifest ID --skip-missing` */
export const dataFlags = {
  manifest: optionalText('ID', 'run manifest of `molt extract`: its id or its file; the only one of the store that fits the variant if not given'),
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

const trunkAbout = (which: string): string => `weights of the ${which}, for adapters that stand inside: a .safetensors file, an index, a folder, or hf:org/name[@revision]; for others they are compared with those that made the features`;

/** `--visual-weights W --audio-weights W` */
export const trunkWeightsFlags = {
  'visual-weights': optionalText('W', trunkAbout('trunk that sees, or of the one that sees and hears')),
  'audio-weights': optionalText('W', trunkAbout('trunk that hears')),
} as const satisfies { readonly [name: string]: Flag<unknown> };

/** The weights of trunks that stand on the command line. */
export const trunksOn = (given: { readonly 'visual-weights': string | undefined; readonly 'audio-weights': string | undefined; readonly quiet: boolean }, terminal: Terminal): AskedTrunks => (m, config) => {
  const source = given[`${m}-weights`];
  return source === undefined ? undefined : pipe(weightsPath(source, terminal, given.quiet), TE.chain((path) => loadWeights(path, config)));
};

/** Samples of a step where nobody says. A trunk in front takes much memory for each segment; a clip is several. */
const usualBatches = { features: { segment: 80, clip: 8 }, input: { segment: 8, clip: 2 } } as const satisfies { readonly [R in Opened['reads']]: { readonly segment: number; readonly clip: number } };
export const usualBatch = ({ reads, segments, variant }: Opened): number => variant.training?.batch ?? usualBatches[reads][segments === 1 ? 'segment' : 'clip'];
