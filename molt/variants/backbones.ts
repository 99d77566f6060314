/**
 * Backbones by name: which features the frozen trunks give at each of the twelve layer pairs.
 * idea:  Swin-V2-L has 24 blocks and HTS-AT has 12. Stages 0, 1 and 3 pair one to one; in stage 2 the Swin blocks 2, 5, 8,
 *        11, 14 and 17 pair with HTS-AT's six.
 * source: the published audio-visual adapters on these two trunks pair them so; MoLT's Table 4 names the positions
 */
import type { Both } from '../modality.ts';
import type { Backbones, Features, Position } from './variant.ts';

interface Stage {
  readonly position: Position;
  /** layer pairs of this stage */
  readonly pairs: number;
  readonly visual: Features;
  readonly audio: Features;
}

/** Swin-V2-L at 192 pixels, window 12, beside HTS-AT at 256 × 256: four stages, twelve pairs. */
const stages: readonly Stage[] = [
  { position: 'early', pairs: 2, visual: { tokens: 2304, channels: 192 }, audio: { tokens: 4096, channels: 96 } },
  { position: 'early', pairs: 2, visual: { tokens: 576, channels: 384 }, audio: { tokens: 1024, channels: 192 } },
  { position: 'middle', pairs: 6, visual: { tokens: 144, channels: 768 }, audio: { tokens: 256, channels: 384 } },
  { position: 'late', pairs: 2, visual: { tokens: 36, channels: 1536 }, audio: { tokens: 64, channels: 768 } },
];

/** All positions, from the input to the output. */
export const positions = ['early', 'middle', 'late'] as const satisfies readonly Position[];

export const visualBackbones = ['swinv2-large-w12-192'] as const satisfies readonly Backbones['visual'][];
export const audioBackbones = ['htsat'] as const satisfies readonly Backbones['audio'][];

/** The position of a stage's layer pairs. */
export const positionOf = (stage: number): Position | undefined => stages[stage]?.position;

/** The features of the layer pairs at the given positions, in layer order. */
export const featuresOf = (backbones: Backbones): Both<readonly Features[]> => {
  const chosen = stages.filter((s) => backbones.position.includes(s.position)).flatMap((s) => Array.from({ length: s.pairs }, () => s));
  return { visual: chosen.map((s) => s.visual), audio: chosen.map((s) => s.audio) };
};
