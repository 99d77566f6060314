/**
 * Learner: a variant as it is trained on a store: built once, with the weights of its trunks where it stands inside them.
 * idea:   features know the weights that made them, inputs do not: so where weights are given they are compared with those of the features, and
 *         where they are needed they become part of what the run is.
 * laws:   test/molt/cli/kinds.test.ts: other weights than those of the features, or of the trained run, are refused
 */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Value } from '../../../dsl/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { type BackboneConfig, backboneConfigs, type BackboneName, type TinyBackbone, tinyBackbones } from '../../backbones/config.ts';
import { type Both, both, modalities, type ModalityName } from '../../modality.ts';
import type { Learner } from '../../tasks/learner.ts';
import type { Backbones } from '../../variants/variant.ts';
import { learnerFor } from '../../variants/whole.ts';
import { loadBackbone, type LoadedBackbone } from '../../weights/index.ts';
import { clipAnswers } from './clips.ts';
import type { Opened } from './data.ts';

/** Weights of a trunk that were asked for, if any were. */
export type AskedTrunks = (m: ModalityName, config: BackboneConfig) => TE.TaskEither<Fault, LoadedBackbone> | undefined;

/** Nobody names weights: the tiny trunks bring theirs along. */
export const noTrunks: AskedTrunks = () => undefined;

export interface Built {
  readonly learner: Learner;
  /** hashes of the weights of the trunks: those that made the features, or that are part of the learner */
  readonly trunks: Both<string>;
}

export const weightsFlag: Both<string> = both('--visual-weights', '--audio-weights');

const isTiny = (name: BackboneName): name is TinyBackbone => tinyBackbones.some((tiny) => tiny === name);

/** Where published weights are found. */
const published: { readonly [K in BackboneConfig['kind']]: string } = {
  swinv2: 'a .safetensors file, or hf:org/name, such as hf:timm/swinv2_large_window12_192.ms_in22k for swinv2-large-w12-192',
  htsat: 'a .safetensors file: the published checkpoint of HTS-AT, converted once, or the audio part of a CLAP',
};

const short = (hash: string): string => hash.slice(0, 12);

/** A trunk that is needed. errors: Usage; those of its weights */
const needed = (backbones: Backbones, m: ModalityName, asked: AskedTrunks): TE.TaskEither<Fault, LoadedBackbone> => {
  const name = backbones[m];
  const config = backboneConfigs[name];
  const given = asked(m, config);
  if (given !== undefined) return given;
  return isTiny(name) ? loadBackbone(name) : TE.left(fault('Usage', weightsFlag[m], [`no weights for ${name}`], `the weights of the trunk that the adapters stand inside: ${published[config.kind]}`, 'only the tiny trunks bring theirs along'));
};

/** What may not be asked for. */
const refused = ({ variant: { name, backbones } }: Opened, asked: AskedTrunks): Fault | undefined => {
  const of = (m: ModalityName): boolean => asked(m, backboneConfigs[backbones?.[m] ?? 'swinv2-tiny64']) !== undefined;
  const given = modalities.find(of);
  if (given !== undefined && backbones === undefined) return fault('Usage', weightsFlag[given], [`variant ${name}, which names no trunks`], 'a variant with the key backbones', 'its features know the weights that made them');
  if (backbones?.shared === true && of('audio')) return fault('Usage', weightsFlag.audio, [`variant ${name}, in which one trunk sees and hears`], weightsFlag.visual);
  return undefined;
};

/** The weights that are given are those that made the features. errors: Decode */
const compared = ({ shelves, variant: { backbones } }: Opened, asked: AskedTrunks): TE.TaskEither<Fault, Both<string>> => async () => {
  const made = both(shelves.visual.made.weights, shelves.audio.made.weights);
  if (backbones === undefined) return E.right(made);
  for (const m of modalities) {
    const loaded = await asked(m, backboneConfigs[backbones[m]])?.();
    if (loaded === undefined) continue;
    if (E.isLeft(loaded)) return loaded;
    const other = modalities.find((one) => (one === m || backbones.shared === true) && made[one] !== loaded.right.hash);
    if (other !== undefined)
      return E.left(fault('Decode', weightsFlag[m], [`weights ${short(loaded.right.hash)}`], `those that made the ${other} features: ${short(made[other])} (collection ${short(shelves[other].key)})`, 'give those weights, or extract with these'));
  }
  return E.right(made);
};

/** Under the names that the learner gives them: `visual.…`, `audio.…`, or `trunk.…` of one that sees and hears. */
const prefixed = (prefix: string, { weights }: LoadedBackbone): readonly [string, Value][] => [...weights].map(([name, value]) => [`${prefix}.${name}`, value]);

/** Weights of the trunks that are part of the learner, and their hashes. */
interface Bound {
  readonly given?: ReadonlyMap<string, Value>;
  readonly trunks: Both<string>;
}

const inside = (backbones: Backbones, asked: AskedTrunks): TE.TaskEither<Fault, Bound> =>
  pipe(
    needed(backbones, 'visual', asked),
    TE.chain((visual): TE.TaskEither<Fault, Bound> => backbones.shared === true
      ? TE.right({ given: new Map(prefixed('trunk', visual)), trunks: both(visual.hash, visual.hash) })
      : pipe(needed(backbones, 'audio', asked), TE.map((audio) => ({ given: new Map([...prefixed('visual', visual), ...prefixed('audio', audio)]), trunks: both(visual.hash, audio.hash) })))),
  );

/**
 * The learner of an opened variant. errors: Usage (weights that are needed and not given, or given and of no use), Decode (weights that are not those
 * of the features); those of the weights
 */
export const learnerOn = (opened: Opened, asked: AskedTrunks): TE.TaskEither<Fault, Built> => {
  const { variant, task, reads, segments, frames } = opened;
  const wrong = refused(opened, asked);
  if (wrong !== undefined) return TE.left(wrong);
  const answers = segments > 1 ? { answers: clipAnswers(task.classes) } : {};
  return pipe(
    TE.fromEither(learnerFor(variant, frames)),
    TE.bindTo('learner'),
    TE.bind('bound', () => (reads === 'input' && variant.backbones !== undefined ? inside(variant.backbones, asked) : pipe(compared(opened, asked), TE.map((trunks): Bound => ({ trunks }))))),
    TE.map(({ learner, bound: { trunks, ...given } }): Built => ({ learner: { ...learner, ...answers, ...given }, trunks })),
  );
};
