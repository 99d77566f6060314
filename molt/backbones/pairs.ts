/**
 * Pairs: which blocks of two trunks stand side by side.
 * source: the released code of the audio-visual adapters: stages pair one to one, and of a deeper stage's blocks evenly spread ones
 *         pair: 2, 5, 8, 11, 14 and 17 of Swin-V2-L's eighteen with HTS-AT's six
 */
import type { Both } from '../modality.ts';
import { type BackboneConfig, stagesOf } from './config.ts';
import type { Place } from './taps.ts';

/** Places of `pairs` evenly spread blocks among `depth`, the last one among them. */
export const spread = (depth: number, pairs: number): readonly number[] => Array.from({ length: pairs }, (_, i) => Math.floor((depth * (i + 1)) / pairs) - 1);

/** The blocks that form the layer pairs of two trunks, from the input to the output: as many in each stage as its shallower trunk has. */
export const pairedBlocks = (visual: BackboneConfig, audio: BackboneConfig): readonly Both<Place>[] => {
  const [v, a] = [stagesOf(visual), stagesOf(audio)];
  return v.flatMap((stage, s) => {
    const depths = [stage.windows.length, a[s]?.windows.length ?? 0] as const;
    const pairs = Math.min(...depths);
    const [own, other] = depths.map((depth) => spread(depth, pairs));
    return (own ?? []).map((block, i) => ({ visual: { stage: s, block }, audio: { stage: s, block: other?.[i] ?? 0 } }));
  });
};
