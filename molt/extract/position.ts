/**
 * Position: which blocks of a trunk stand at early, middle and late layers.
 * idea:   twelve pairs of layers stand side by side in Swin-V2-L and HTS-AT: all blocks of the first two stages, six of the third
 *         (every third one where there are eighteen), the last two of the fourth. Other depths follow the same rule: the last stage is
 *         late, the one before it middle, what is left early.
 * laws:   test/molt/extract/position.test.ts: the twelve pairs are those of molt/variants/backbones.ts
 * source: arXiv 2512.00115, table 4, names the positions
 */
import type { BackboneConfig } from '../backbones/config.ts';
import type { Place } from '../backbones/taps.ts';
import { positions } from '../variants/backbones.ts';
import type { Position } from '../variants/variant.ts';

/** Most pairs of one stage. */
const most: { readonly [P in Position]: number } = { early: 2, middle: 6, late: 2 };

/** Stages counted from the last one. */
const at = (fromEnd: number): Position => (fromEnd === 0 ? 'late' : fromEnd === 1 ? 'middle' : 'early');

/** Evenly chosen, the last block among them: of 18 blocks six are 2, 5, 8, 11, 14, 17; of the last stage the last ones. */
const blocksOf = (position: Position, depth: number): readonly number[] => {
  const count = Math.min(depth, most[position]);
  return Array.from({ length: count }, (_, i) => (position === 'late' ? depth - count + i : Math.floor(((i + 1) * depth) / count) - 1));
};

/** The blocks of a trunk at some positions, from the input to the output. */
export const placesAt = (config: BackboneConfig, asked: readonly Position[]): readonly Place[] =>
  config.depths.flatMap((depth, stage) => {
    const position = at(config.depths.length - 1 - stage);
    return asked.includes(position) ? blocksOf(position, depth).map((block) => ({ stage, block })) : [];
  });

/** `early+late`: in layer order, whatever the order in which they were asked for. */
export const positionText = (asked: readonly Position[]): string => positions.filter((position) => asked.includes(position)).join('+');
