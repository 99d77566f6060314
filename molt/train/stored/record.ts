/**
 * Record: what a run did and how well, as `record.json`.
 * idea:  all but the seconds follows from variant, data, settings and engine.
 */
import { countDeclared } from '../../../dsl/index.ts';
import type { Learner } from '../../tasks/learner.ts';
import type { EpochRecord } from '../checkpoint.ts';
import type { RunFile } from './run-file.ts';
import type { SplitScore } from './scores.ts';
import type { SplitName } from './split.ts';

/** What decides a run's numbers besides variant and data. */
export interface JobSettings {
  readonly epochs: number;
  /** samples of a step: segments, or clips where the head looks at whole clips */
  readonly batch: number;
  /** adam adds decay · weight to the gradient, adamw takes rate · decay of the weight off */
  readonly optimiser: 'adam' | 'adamw';
  readonly rate: number;
  /** greatest rate of the head */
  readonly headRate: number;
  readonly warmup: number;
  /** the last rate as a share of the greatest */
  readonly final: number;
  readonly decay: number;
  /** points of the learning curve in an epoch */
  readonly points: number;
  readonly seed: number;
  /** which weights are the result: those of the last step, or of the point of the curve with the greatest accuracy, the first of equals */
  readonly keep: 'last' | 'best';
}

export interface JobRecord {
  readonly schemaVersion: 1;
  /** version */
  readonly molt: string;
  readonly run: string;
  readonly variant: string;
  readonly backend: string;
  readonly settings: JobSettings;
  readonly trunks: RunFile['trunks'];
  readonly data: RunFile['data'];
  readonly classes: readonly string[];
  /** numbers trained, of which `head` are the task head's */
  readonly parameters: { readonly trainable: number; readonly head: number };
  readonly steps: number;
  /** of all steps: reading, gradient and update, in all parts of a run that was interrupted */
  readonly seconds: number;
  /** epochs done when the weights were as they are kept */
  readonly kept: number;
  readonly validation: SplitName;
  readonly curve: readonly EpochRecord[];
  readonly splits: { readonly [name: string]: SplitScore };
}

/** The point with the greatest accuracy, the first of equals. */
export const bestOf = (curve: readonly EpochRecord[]): EpochRecord | undefined => curve.reduce<EpochRecord | undefined>((best, point) => (best === undefined || point.validation > best.validation ? point : best), undefined);

/** Each point tells the seconds of an epoch at its pace. */
const secondsOf = (curve: readonly EpochRecord[]): number => curve.reduce((sum, { epoch, seconds }, i) => sum + seconds * (epoch - (curve[i - 1]?.epoch ?? 0)), 0);

/** What a record is made from. */
export type Recorded = Omit<JobRecord, 'schemaVersion' | 'parameters' | 'steps' | 'seconds' | 'kept'> & { readonly learner: Learner };

export const recordOf = ({ learner, molt, run, variant, backend, settings, trunks, data, classes, validation, curve, splits }: Recorded, steps: number): JobRecord => ({
  schemaVersion: 1, molt, run, variant, backend, settings, trunks, data, classes,
  parameters: { trainable: countDeclared(learner.declared.values()).trainable, head: countDeclared([...learner.declared.values()].filter(({ name }) => name.startsWith('head.'))).trainable },
  steps,
  seconds: secondsOf(curve),
  kept: (settings.keep === 'best' ? bestOf(curve) : curve.at(-1))?.epoch ?? 0,
  validation, curve, splits,
});
