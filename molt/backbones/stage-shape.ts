/**
 * Stage shapes: tokens and channels of each stage of a configuration, computed in the types, and taps under them.
 * idea:   a stage halves the side of the grid and doubles the channels; sizes are halved as ×5 without the last digit. A configuration known only
 *         at run time has the named sizes 'tokens' and 'channels'.
 * laws:   test/types/well-typed.ts: the shapes of every named trunk; test/molt/backbones/stage-shape.test.ts: equal to what the graph has
 * not:    a patch that is no power of two: then the tokens are the named size.
 *         This file is a trust boundary: `stageDims` claims that the types have computed what it computes.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left } from 'fp-ts/lib/Either.js';
import { type Dim, DimOf, fault, type Fault, type Mul, type MulN, type Tensor } from '../../shapes/index.ts';
import { type BackboneConfig, stagesOf } from './config.ts';
import { tapAs, type Taps } from './taps.ts';

/** N / 2, or never where N is odd. */
type Half<N extends number> = `${MulN<N, 5>}` extends `${infer Q extends number}0` ? Q : never;
type Halved<N extends number, Times extends number, Done extends readonly unknown[] = []> = Done['length'] extends Times ? N : Halved<Half<N>, Times, [...Done, unknown]>;
type Doubled<N extends number, Times extends number, Done extends readonly unknown[] = []> = Done['length'] extends Times ? N : Doubled<MulN<N, 2>, Times, [...Done, unknown]>;
/** N / D for a D that is a power of two; never where N is no multiple of it, undefined for another D. */
type Quotient<N extends number, D extends number> = D extends 1 ? N : [Half<D>] extends [never] ? undefined : Quotient<Half<N>, Half<D>>;

type Side<C extends BackboneConfig> = C extends { readonly image: infer I extends number } ? I : C extends { readonly spectrogram: infer S extends number } ? S : never;

/** The stages of a configuration: 0, 1, … up to the number of its depths; any number where that is not known. */
export type StageIndex<C extends BackboneConfig> = number extends C['depths']['length'] ? number : Exclude<Partial<C['depths']>['length'], C['depths']['length'] | undefined>;

type Square<N> = N extends number ? Mul<N, N> : 'tokens';
/** Is every size that shapes follow from a literal? */
type Known<C extends BackboneConfig, S extends number> = number extends Side<C> | C['patch'] | C['channels'] | S ? false : true;

/** N and D of a stage's tokens [B, N, D]: `StageShape<(typeof backboneConfigs)['swinv2-large-w12-192'], 3>` is [36, 1536]. */
export type StageShape<C extends BackboneConfig, S extends StageIndex<C>> = Known<C, S> extends true
  ? Quotient<Side<C>, C['patch']> extends infer G ? [G extends number ? Square<Halved<G, S>> : 'tokens', Doubled<C['channels'], S>] : never
  : ['tokens', 'channels'];

/** The witnesses of a stage's N and D. */
export interface StageDims<N extends Dim, D extends Dim> {
  readonly tokens: DimOf<N>;
  readonly channels: DimOf<D>;
}

/** A stage's sizes as dims. @throws MoltError (Shape) if the grid of a stage is not whole */
export const stageDims = <const C extends BackboneConfig, const S extends StageIndex<C>>(config: C, stage: S): StageDims<StageShape<C, S>[0], StageShape<C, S>[1]> => {
  const found = stagesOf(config)[stage];
  const [tokens, channels] = [(found?.side ?? Number.NaN) ** 2, found?.channels ?? Number.NaN];
  return { tokens: DimOf.trusted(tokens, String(tokens)), channels: DimOf.trusted(channels, String(channels)) };
};

/**
 * The output tokens of one block under the stage's exact sizes. shape: → [B, N, D]
 * errors: Shape if the taps are those of another trunk, Name if the stage has no such block
 * @example
 * import { dim } from 'molt/shapes';
 * import { input, instantiate } from 'molt/dsl';
 * import { backboneConfigs, stageTap, swinV2 } from 'molt/molt';
 * const config = backboneConfigs['swinv2-tiny64'];
 * const taps = instantiate(swinV2(config))(input('image', dim('B', 2), dim(64), dim(64), dim(3)));
 * const late = stageTap(config, 2, 1)(taps); // Either<Fault, Tensor<['B', 16, 96]>>
 */
export const stageTap = <const C extends BackboneConfig, const S extends StageIndex<C>>(config: C, stage: S, block: number) => {
  const { tokens, channels } = stageDims(config, stage);
  return <B extends Dim>(taps: Taps<B>): Either<Fault, Tensor<[B, StageShape<C, S>[0], StageShape<C, S>[1]]>> => {
    const tap = taps.blocks.find((one) => one.stage === stage && one.block === block);
    return tap === undefined ? left(fault('Name', `stage ${stage}`, [`block ${block}`], `one of its ${config.depths[stage] ?? 0} blocks, from 0`)) : tapAs(tokens, channels)(tap);
  };
};
