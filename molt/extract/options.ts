/**
 * Options: what an extraction is given: a manifest, backbones, a store, and the world around it.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Backend } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/fault.ts';
import type { BackboneConfig } from '../backbones/config.ts';
import type { Ffmpeg } from '../media/index.ts';
import type { SettingName } from '../preprocess/index.ts';
import type { Interrupt, Progress } from '../train/watch.ts';
import type { Position } from '../variants/variant.ts';
import type { LoadedBackbone } from '../weights/index.ts';

/** What is kept of each segment: the tokens of a trunk's layers at some positions, or what enters the trunk, which then is not run. */
export type Kept = readonly Position[] | 'input';

/** A backbone and where its weights come from. */
export interface BackboneSource {
  readonly name: string;
  readonly config: BackboneConfig;
  /** are these the weights of this repository? */
  readonly committed: boolean;
  /** asked for where tokens are kept */
  readonly load: TaskEither<Fault, LoadedBackbone>;
}

export interface ExtractOptions {
  /** path of the manifest */
  readonly manifest: string;
  /** the folder that paths are taken from; the manifest's own if absent */
  readonly data?: string | undefined;
  /** instead of the manifest's */
  readonly setting?: SettingName | undefined;
  readonly backbones: readonly BackboneSource[];
  /** a Swin-V2 takes sound, too */
  readonly share: boolean;
  readonly keep: Kept;
  readonly store: string;
  readonly dtype: 'f16' | 'f32';
  /** decoding threads */
  readonly workers: number;
  /** asked for where something has to be run */
  readonly backend: TaskEither<Fault, Backend>;
  /** asked for where videos or sounds have to be read */
  readonly ffmpeg: TaskEither<Fault, Ffmpeg>;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  /** milliseconds */
  readonly clock: () => number;
}
