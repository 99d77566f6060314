/**
 * Backbones by name: which layers of two trunks form pairs, and which features they give.
 * idea:   the last stage is late, the one before it middle, what is left early: twelve pairs in Swin-V2-L beside HTS-AT. Of a deeper
 *         middle stage six evenly spread blocks count: 2, 5, 8, 11, 14 and 17 of eighteen.
 * source: the published audio-visual adapters on these two trunks pair them so; MoLT's Table 4 names the positions
 */
import { type BackboneConfig, backboneConfigs, type BackboneName, stagesOf } from '../backbones/config.ts';
import { spread } from '../backbones/pairs.ts';
import type { Place } from '../backbones/taps.ts';
import { type Both, both } from '../modality.ts';
import type { Backbones, Features, Position } from './variant.ts';

/** All positions, from the input to the output. */
export const positions = ['early', 'middle', 'late'] as const satisfies readonly Position[];

const isBackbone = (name: string): name is BackboneName => Object.hasOwn(backboneConfigs, name);
/** Trunks for sound: HTS-AT, and any Swin on pictures of the spectrogram. */
export const audioBackbones: readonly BackboneName[] = Object.keys(backboneConfigs).filter(isBackbone);
/** Trunks for pictures. */
export const visualBackbones: readonly BackboneName[] = audioBackbones.filter((name) => backboneConfigs[name].kind === 'swinv2');

/** The configurations of both trunks. */
export const configsOf = ({ visual, audio }: Pick<Backbones, 'visual' | 'audio'>): Both<BackboneConfig> => both(backboneConfigs[visual], backboneConfigs[audio]);

/** Most pairs of one stage. */
const most: { readonly [P in Position]: number } = { early: 2, middle: 6, late: 2 };

/** The position of a stage, counted from the last one. */
const positionFromEnd = (fromEnd: number): Position => (fromEnd === 0 ? 'late' : fromEnd === 1 ? 'middle' : 'early');

/** Evenly spread, the last block among them; of the last stage the last ones. */
const blocksOf = (position: Position, depth: number): readonly number[] => {
  const count = Math.min(depth, most[position]);
  return position === 'late' ? Array.from({ length: count }, (_, i) => depth - count + i) : spread(depth, count);
};

/** The blocks of a trunk at some positions, from the input to the output. */
export const placesAt = (config: BackboneConfig, asked: readonly Position[]): readonly Place[] =>
  config.depths.flatMap((depth, stage) => {
    const position = positionFromEnd(config.depths.length - 1 - stage);
    return asked.includes(position) ? blocksOf(position, depth).map((block) => ({ stage, block })) : [];
  });

const featuresAt = (config: BackboneConfig, asked: readonly Position[]): readonly Features[] => {
  const stages = stagesOf(config);
  return placesAt(config, asked).flatMap(({ stage }) => stages.slice(stage, stage + 1).map(({ side, channels }) => ({ tokens: side ** 2, channels })));
};

/** `early+late`: in layer order, whatever the order in which they were asked for. */
export const positionText = (asked: readonly Position[]): string => positions.filter((position) => asked.includes(position)).join('+');

/** The features of the layer pairs at the given positions, in layer order. */
export const featuresOf = (backbones: Backbones): Both<readonly Features[]> => {
  const { visual, audio } = configsOf(backbones);
  return both(featuresAt(visual, backbones.position), featuresAt(audio, backbones.position));
};
