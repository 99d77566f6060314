/**
 * Applied: a trunk over one batch of what stands before it: bytes and log-mel frames, or what published models take.
 * idea:  the one place that knows what each kind of trunk takes, in each of its forms.
 */
import { dim, type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { frozen, input, instantiate, rearrange } from '../../dsl/index.ts';
import { type BackboneParts, partsOf } from './backbone.ts';
import { type BackboneConfig, fullFrames, pictureSide } from './config.ts';
import { framesInput, normalised } from './pictures.ts';
import type { Grid } from './grid.ts';
import type { Taps } from './taps.ts';
import { run } from './trunk.ts';

/** What a trunk's input looks like: the bytes of a picture, rows from the top, or the tensors that published models take. */
export type InputForm = 'bytes' | 'published';

/** The sizes of a batch, and the form of its input. */
export interface BatchSizes {
  readonly batch: number;
  /** audio: spectrogram frames of each item; left out, as many as the picture holds */
  readonly frames?: number;
  /** left out: 'bytes' */
  readonly form?: InputForm;
}

export interface Applied {
  readonly taps: Taps<'B'>;
  /**
   * name and sizes of the only input, float32.
   * bytes:     `frames`: visual [batch, side, side, 3] in 0 … 255; audio [batch, frames, mels], log-mel in dB
   * published: visual `pixels` [batch, 3, side, side], normalised by mean and deviation; audio `logmel` [batch, 1, frames, mels] in dB
   */
  readonly input: { readonly name: string; readonly sizes: readonly number[] };
}

/** An input, and the batch that it is after what the graph itself does to it. */
interface Given<out X> {
  readonly input: { readonly name: string; readonly sizes: readonly number[] };
  readonly batch: X;
}

/** shape: → [B, S, S, 3], normalised colour */
const pictures = {
  bytes: <B extends Dim, S extends Dim>(path: string, b: DimOf<B>, s: DimOf<S>): Given<Tensor<[B, S, S, 3]>> => {
    const x = framesInput(`${path}frames`, b, s);
    return { input: { name: `${path}frames`, sizes: x.sizes }, batch: normalised(x) };
  },
  published: <B extends Dim, S extends Dim>(path: string, b: DimOf<B>, s: DimOf<S>): Given<Tensor<[B, S, S, 3]>> => {
    const x = input(`${path}pixels`, b, dim(3), s, s);
    return { input: { name: `${path}pixels`, sizes: x.sizes }, batch: rearrange('b i r c -> b r c i')(x) };
  },
} as const satisfies { readonly [F in InputForm]: unknown };

/** shape: → [B, T, M], log-mel in dB */
const spectrograms = {
  bytes: <B extends Dim, T extends Dim, M extends Dim>(path: string, b: DimOf<B>, t: DimOf<T>, m: DimOf<M>): Given<Tensor<[B, T, M]>> => {
    const x = input(`${path}frames`, b, t, m);
    return { input: { name: `${path}frames`, sizes: x.sizes }, batch: x };
  },
  published: <B extends Dim, T extends Dim, M extends Dim>(path: string, b: DimOf<B>, t: DimOf<T>, m: DimOf<M>): Given<Tensor<[B, T, M]>> => {
    const x = input(`${path}logmel`, b, dim(1), t, m);
    return { input: { name: `${path}logmel`, sizes: x.sizes }, batch: rearrange('b 1 t m -> b t m')(x) };
  },
} as const satisfies { readonly [F in InputForm]: unknown };

/** A trunk's patches over its input. */
export interface Entered {
  readonly patches: Grid<'B'>;
  readonly input: Applied['input'];
}

/** What stands before the stages of a bound trunk: the input named under a path, and its embedding. */
export const entered = (config: BackboneConfig, { batch, frames = fullFrames(config), form = 'bytes' }: BatchSizes, path = '') => (parts: BackboneParts): Entered => {
  const b = dim('B', batch);
  const before = path === '' ? '' : `${path}.`;
  if (parts.kind === 'swinv2') {
    const given = pictures[form](before, b, dim('S', pictureSide(config)));
    return { patches: parts.embed(given.batch), input: given.input };
  }
  const given = spectrograms[form](before, b, dim('T', frames), dim('M', config.kind === 'htsat' ? config.mels : 0));
  return { patches: parts.embed(given.batch), input: given.input };
};

/**
 * A trunk over its input, its weights as leaves under their published names; under a path, if one is given, the input and
 * weights `path.…`, so that several trunks fit in one graph.
 */
export const applied = (config: BackboneConfig, sizes: BatchSizes, trainable: boolean, path = ''): Applied => {
  const parts = trainable ? instantiate(partsOf(config), path) : instantiate(frozen(partsOf(config)), path);
  const { patches, input: given } = entered(config, sizes, path)(parts);
  return { taps: run(parts.trunk, patches), input: given };
};
