/**
 * Trunk: stages of blocks with taps, whatever the blocks are.
 * idea:   a stage is an optional change of the grid before its blocks or after them, under the published name `downsample`,
 *         and blocks that keep the grid; sizes are run-time values here and exact types inside each block.
 */
import { type Dim, type DimOf, reifyV } from '../../shapes/index.ts';
import { type Block, block, each, layerNorm, opaque, type SomeBlock } from '../../dsl/index.ts';
import { closeGrid, flatten, type Grid, type GridMap, openGrid } from './grid.ts';
import type { Tap, Taps } from './taps.ts';

export interface StageParts {
  /** a merging before the blocks (Swin-V2 in timm 1.x) */
  readonly before?: SomeBlock<GridMap>;
  readonly blocks: readonly SomeBlock<GridMap>[];
  /** a merging after the blocks (HTS-AT) */
  readonly after?: SomeBlock<GridMap>;
}

interface StageOutput<in out B extends Dim> {
  readonly taps: readonly Tap<B>[];
  readonly output: Grid<B>;
}
interface StageMap {
  <B extends Dim>(x: Grid<B>, stage: number): StageOutput<B>;
}

const through = <B extends Dim>(blocks: readonly GridMap[], x: Grid<B>, stage: number): StageOutput<B> =>
  blocks.reduce<StageOutput<B>>(
    ({ taps, output: input }, f, index) => {
      const output = f(input);
      const value = flatten(output);
      const [, tokens = 0, channels = 0] = value.sizes;
      return { taps: [...taps, { stage, block: index, tokens, channels, input: flatten(input), value }], output };
    },
    { taps: [], output: x },
  );

const same: GridMap = (x) => x;

const stageBlock = ({ before, blocks, after }: StageParts): SomeBlock<StageMap> =>
  reifyV(blocks, (_, list): SomeBlock<StageMap> => {
    const run = (first: GridMap, fs: readonly GridMap[], last: GridMap): StageMap => (x, stage) => {
      const { taps, output } = through(fs, first(x), stage);
      return { taps, output: last(output) };
    };
    if (before !== undefined) return opaque(block({ downsample: before, blocks: each(list) }, (p): StageMap => run(p.downsample, p.blocks.items, same)));
    if (after !== undefined) return opaque(block({ blocks: each(list), downsample: after }, (p): StageMap => run(same, p.blocks.items, p.downsample)));
    return opaque(block({ blocks: each(list) }, (p): StageMap => run(same, p.blocks.items, same)));
  });

/** The stages one after the other, then the final norm. Names: layers.{stage}.blocks.{block}, layers.{stage}.downsample, norm. */
export const stages = <G extends Dim, D extends Dim>(parts: readonly StageParts[], side: DimOf<G>, channels: DimOf<D>): SomeBlock<StagesMap> =>
  reifyV(parts.map(stageBlock), (_, list) =>
    opaque(
      block({ layers: each(list), norm: layerNorm(channels) }, (p): StagesMap => (x) => {
        const { taps, output } = p.layers.items.reduce(
          (before, stage, index) => {
            const after = stage(before.output, index);
            return { taps: [...before.taps, ...after.taps], output: after.output };
          },
          { taps: noTaps(x), output: x },
        );
        return { patches: flatten(x), blocks: taps, normed: flatten(closeGrid(p.norm(openGrid(side, channels)(output)))) };
      }),
    ),
  );

const noTaps = <B extends Dim>(_: Grid<B>): readonly Tap<B>[] => [];

export interface StagesMap {
  <B extends Dim>(x: Grid<B>): Taps<B>;
}

/** A block that adds its own names to those of another at the same place. */
export const beside = <P, F, Q, G, R>(first: Block<P, F>, second: Block<Q, G>, both: (f: F, g: G) => R): Block<{ first: P; second: Q }, R> => ({
  kind: 'block',
  bind: (params, path) => both(first.bind(params.first, path), second.bind(params.second, path)),
  leaves: (path, trainable) => ({ first: first.leaves(path, trainable), second: second.leaves(path, trainable) }),
  declared: (path, trainable) => [...first.declared(path, trainable), ...second.declared(path, trainable)],
});
