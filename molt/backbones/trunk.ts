/**
 * Trunk: stages of blocks with taps, whatever the blocks are.
 * idea:   a stage is an optional change of the grid before its blocks or after them, under the published name `downsample`,
 *         and blocks that keep the grid; sizes are run-time values here and exact types inside each block.
 */
import { type Dim, type DimOf, reifyV } from '../../shapes/index.ts';
import { beside, type Block, block, each, layerNorm, mapBlock, opaque, type SomeBlock } from '../../dsl/index.ts';
import { closeGrid, flatten, type Grid, type GridMap, type Halves, openGrid } from './grid.ts';
import type { Tap, Taps } from './taps.ts';

export interface StageParts {
  /** a merging before the blocks (Swin-V2 in timm 1.x) */
  readonly before?: SomeBlock<GridMap>;
  readonly blocks: readonly SomeBlock<Halves>[];
  /** a merging after the blocks (HTS-AT) */
  readonly after?: SomeBlock<GridMap>;
}

/** A stage with its weights. */
export interface BoundStage {
  readonly before: GridMap;
  readonly blocks: readonly Halves[];
  readonly after: GridMap;
}
/** All stages with their weights, and the final norm. */
export interface BoundTrunk {
  readonly stages: readonly BoundStage[];
  readonly norm: GridMap;
}

const same: GridMap = (x) => x;

const stageBlock = ({ before, blocks, after }: StageParts): SomeBlock<BoundStage> =>
  reifyV(blocks, (_, list): SomeBlock<BoundStage> => {
    if (before !== undefined) return opaque(block({ downsample: before, blocks: each(list) }, (p): BoundStage => ({ before: p.downsample, blocks: p.blocks.items, after: same })));
    if (after !== undefined) return opaque(block({ blocks: each(list), downsample: after }, (p): BoundStage => ({ before: same, blocks: p.blocks.items, after: p.downsample })));
    return opaque(block({ blocks: each(list) }, (p): BoundStage => ({ before: same, blocks: p.blocks.items, after: same })));
  });

/** The stages one after the other, then the final norm. Names: layers.{stage}.blocks.{block}, layers.{stage}.downsample, norm. */
export const stages = <G extends Dim, D extends Dim>(parts: readonly StageParts[], side: DimOf<G>, channels: DimOf<D>): SomeBlock<BoundTrunk> =>
  reifyV(parts.map(stageBlock), (_, list) =>
    opaque(block({ layers: each(list), norm: layerNorm(channels) }, (p): BoundTrunk => ({ stages: p.layers.items, norm: (x) => closeGrid(p.norm(openGrid(side, channels)(x))) }))));

interface StageOutput<in out B extends Dim> {
  readonly taps: readonly Tap<B>[];
  readonly output: Grid<B>;
}

const through = <B extends Dim>({ before, blocks, after }: BoundStage, x: Grid<B>, stage: number): StageOutput<B> => {
  const { taps, output } = blocks.reduce<StageOutput<B>>(
    ({ taps: earlier, output: input }, { first, second }, index) => {
      const next = second(first(input));
      const value = flatten(next);
      const [, tokens = 0, channels = 0] = value.sizes;
      return { taps: [...earlier, { stage, block: index, tokens, channels, input: flatten(input), value }], output: next };
    },
    { taps: [], output: before(x) },
  );
  return { taps, output: after(output) };
};

/** A trunk on a grid of patches, with a tap after every block. */
export const run = <B extends Dim>({ stages: all, norm }: BoundTrunk, x: Grid<B>): Taps<B> => {
  const { taps, output } = all.reduce<StageOutput<B>>((earlier, stage, index) => {
    const { taps: added, output: next } = through(stage, earlier.output, index);
    return { taps: [...earlier.taps, ...added], output: next };
  }, { taps: [], output: x });
  return { patches: flatten(x), blocks: taps, normed: flatten(norm(output)) };
};

/** Two blocks at one place, whose names stand beside each other, as one map. */
export const joined = <P, F, Q, G, R>(first: Block<P, F>, second: Block<Q, G>, both: (f: F, g: G) => R): Block<readonly [P, Q], R> =>
  mapBlock(([f, g]: readonly [F, G]) => both(f, g))(beside(first, second));
