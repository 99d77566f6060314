/**
 * Inputs: what a trunk gets from a video under a setting, and the text that names it.
 * idea:   the text holds every number that changes the result, in one order, with a version for what the code itself decides.
 * laws:   test/molt/preprocess/inputs.test.ts — equal recipes have equal texts; a change of any number, or of the trunk's sizes, changes it.
 * source: none; the store's key is made of it
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/index.ts';
import { type BackboneConfig, pictureSide } from '../backbones/config.ts';
import { fbankPlan } from './fbank.ts';
import { type FrontEndName, frontEnds, logmelPlan } from './logmel.ts';
import { imagenet, type Setting } from './setting.ts';

interface Common {
  /** canonical text of everything that changes the numbers */
  readonly id: string;
  /** of one segment: `pixels` [3, S, S], `logmel` [1, frames, mels] */
  readonly sizes: readonly number[];
  /** T */
  readonly segments: number;
  /** of the video or sound; no more is read */
  readonly seconds: number;
}

/** What a trunk takes, in the form of published models. */
export type Inputs =
  | (Common & { readonly modality: 'visual'; readonly input: 'pixels'; readonly framesPerSecond: number })
  | (Common & { readonly modality: 'audio'; readonly input: 'pixels' | 'logmel'; readonly recipe: 'fbank' | 'logmel'; /** Hz */ readonly rate: number });

/** A value as JSON with its keys in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (one !== null && typeof one === 'object' && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1))) : one));

const visual = (setting: Setting, side: number): Inputs => {
  const { segments, seconds, framesPerSecond, frames, order } = setting;
  const id = `pixels/1 ${canonical({ segments, seconds, framesPerSecond, frames, order, side, resize: 'bicubic -0.75', imagenet })}`;
  return { id, modality: 'visual', input: 'pixels', sizes: [3, side, side], segments, seconds, framesPerSecond };
};

const shared = (setting: Setting, side: number): Inputs => {
  const { segments, seconds, fbank } = setting;
  const id = `fbank/1 ${canonical({ segments, seconds, fbank, plan: fbankPlan(setting, side), side })}`;
  return { id, modality: 'audio', input: 'pixels', recipe: 'fbank', sizes: [3, side, side], segments, seconds, rate: fbank.rate };
};

/**
 * What a trunk takes for one modality: a Swin sees pictures and, shared, hears filter banks; HTS-AT hears log-mel spectrograms.
 * errors:  Usage for HTS-AT on pictures
 * source:  `frontEnd` chooses the log-mel recipe: 'htsat' as published, 'embedded' for this repository's tiny trunk
 */
export const inputsOf = (setting: Setting, config: BackboneConfig, modality: Inputs['modality'], frontEnd: FrontEndName = 'htsat'): Either<Fault, Inputs> => {
  if (config.kind === 'swinv2') return right(modality === 'visual' ? visual(setting, pictureSide(config)) : shared(setting, pictureSide(config)));
  if (modality === 'visual') return left(fault('Usage', 'inputs of htsat', ['pictures'], 'sound: HTS-AT reads spectrograms only', 'take a Swin-V2 for pictures'));
  const { segments, seconds, waveform } = setting;
  const plan = logmelPlan(setting, config, frontEnd);
  const id = `logmel/1 ${canonical({ segments, seconds, choice: waveform.choice, plan, repeats: frontEnds[frontEnd].repeats })}`;
  return right({ id, modality, input: 'logmel', recipe: 'logmel', sizes: [1, plan.frames, config.mels], segments, seconds, rate: plan.front.sampleRate });
};
