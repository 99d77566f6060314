/**
 * Target: one collection of a run: a backbone, the modality it takes, its layers, and what stands before it.
 * idea:  everything that changes a number is in `made`, from which the store derives the collection's address. What enters a trunk depends on its
 *        sizes alone, so inputs are shared by all trunks that take the same, whatever their weights.
 * laws:  test/molt/extract/target.test.ts
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { elements } from '../../dsl/expr.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { type BackboneConfig, tinyBackbones } from '../backbones/config.ts';
import type { Selection } from '../backbones/taps.ts';
import type { ModalityName } from '../modality.ts';
import { type FrontEndName, type Inputs, inputsOf, type SettingName, settings } from '../preprocess/index.ts';
import type { Made } from '../store/index.ts';
import { placesAt, positionText } from '../variants/backbones.ts';
import type { Kept } from './options.ts';
import { tensorsOf } from './trunk.ts';

/** A backbone with the hash of its weights. */
export interface Frozen {
  readonly name: string;
  readonly config: BackboneConfig;
  readonly hash: string;
  /** are these the weights of this repository? */
  readonly committed: boolean;
}

export interface Target {
  /** place among the run's backbones */
  readonly backbone: number;
  readonly config: BackboneConfig;
  readonly modality: ModalityName;
  readonly frontEnd: FrontEndName;
  /** the layers whose tokens are kept, or the trunk's input */
  readonly keep: Selection | 'input';
  readonly inputs: Inputs;
  readonly made: Made;
  /** of one item's features */
  readonly itemBytes: number;
}

/** What is asked of all backbones. */
export interface Asked {
  readonly setting: SettingName;
  readonly keep: Kept;
  readonly dtype: 'f16' | 'f32';
  /** a Swin hears, too */
  readonly share: boolean;
}

/** Of each kind of trunk. */
const modalitiesOf = { swinv2: (share: boolean): readonly ModalityName[] => (share ? ['visual', 'audio'] : ['visual']), htsat: (): readonly ModalityName[] => ['audio'] } as const;

/** Stands for weights where none had a part. */
const noWeights = 'none';

/** The embedded spectrogram trunk was trained on a front end of its own. */
const frontEndOf = ({ name, committed }: Frozen): FrontEndName => (committed && tinyBackbones.some((tiny) => tiny === name) ? 'embedded' : 'htsat');

/** Which layers of a trunk are kept. errors: Usage */
const layersFor = ({ name, config }: Frozen, keep: Kept): Either<Fault, Selection | 'input'> => {
  if (keep === 'input') return right(keep);
  const blocks = placesAt(config, keep);
  return blocks.length > 0
    ? right({ kind: 'blocks', blocks })
    : left(fault('Usage', `--position ${positionText(keep)}`, [`${name}, which has ${config.depths.length === 1 ? 'one stage' : `${config.depths.length} stages`}`], 'a position at which it has blocks', '--position late'));
};

const targetOf = (frozen: Frozen, backbone: number, modality: ModalityName, { setting, keep: asked, dtype }: Asked): Either<Fault, Target> => {
  const { name, config, hash } = frozen;
  const frontEnd = frontEndOf(frozen);
  const found = inputsOf(settings[setting], config, modality, frontEnd);
  if (isLeft(found)) return found;
  const keep = layersFor(frozen, asked);
  if (isLeft(keep)) return keep;
  const inputs = found.right;
  const common = { backbone: name, preprocessing: inputs.id, modality, dtype, segments: inputs.segments };
  const made: Made = keep.right === 'input'
    ? { ...common, config: { input: inputs.input, sizes: inputs.sizes }, weights: noWeights, position: 'input', tensors: [{ name: `${modality}.${inputs.input}`, sizes: inputs.sizes }] }
    : { ...common, config, weights: hash, position: asked === 'input' ? asked : positionText(asked), tensors: tensorsOf(config, keep.right, modality) };
  const numbers = made.tensors.reduce((sum, { sizes }) => sum + elements(sizes), 0);
  return right({ backbone, config, modality, frontEnd, keep: keep.right, inputs, made, itemBytes: made.segments * numbers * (dtype === 'f16' ? 2 : 4) });
};

/** The kinds of backbones that go together: at most one for each modality. errors: Usage */
export const checkBackbones = (backbones: readonly { readonly name: string; readonly config: BackboneConfig }[], share: boolean): Either<Fault, void> => {
  const of = (kind: BackboneConfig['kind']): readonly string[] => backbones.filter(({ config }) => config.kind === kind).map(({ name }) => name);
  const [seeing, hearing] = [of('swinv2'), of('htsat')];
  const refuse = (given: readonly string[], needed: string, hint: string): Either<Fault, void> => left(fault('Usage', 'molt extract', given, needed, hint));
  if (backbones.length === 0) return refuse(['no backbone'], '--backbone NAME, one for each modality', '--backbone swinv2-tiny64 --backbone htsat-tiny64');
  if (seeing.length > 1) return refuse(seeing, 'one Swin-V2', 'run the command once for each: they share the store');
  if (hearing.length > 1) return refuse(hearing, 'one HTS-AT', 'run the command once for each: they share the store');
  if (share && seeing.length === 0) return refuse(['--share', ...hearing], 'a Swin-V2, which then takes sound as pictures', '--backbone swinv2-large-w12-192');
  if (share && hearing.length > 0) return refuse(['--share', ...seeing, ...hearing], 'one trunk for sound: the shared Swin-V2 or HTS-AT', 'leave one of them out');
  return right(undefined);
};

/** The collections of a run, pictures first. errors: Usage */
export const targetsOf = (backbones: readonly Frozen[], asked: Asked): Either<Fault, readonly Target[]> => {
  const all: Target[] = [];
  for (const [index, frozen] of backbones.entries()) {
    for (const modality of modalitiesOf[frozen.config.kind](asked.share)) {
      const target = targetOf(frozen, index, modality, asked);
      if (isLeft(target)) return target;
      all.push(target.right);
    }
  }
  return right(all.toSorted((a, b) => Number(a.modality === 'audio') - Number(b.modality === 'audio')));
};
