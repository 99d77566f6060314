/**
 * Modality: the letters of one stream at one layer: D channels, H heads of width K, N tokens.
 * idea:  H·K is the inner width of attention; when it equals D there is no output projection, and that equality is evidence.
 * source: MoLT (arXiv 2512.00115) section 3.2
 */
import type { Dim, DimOf, Is, Mul } from '../shapes/index.ts';
import { type Block, block, type BoundOf, type Decls } from '../dsl/index.ts';

export interface Modality<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out N extends Dim> {
  readonly d: DimOf<D>;
  readonly h: DimOf<H>;
  readonly k: DimOf<K>;
  readonly n: DimOf<N>;
}

export const modality = <D extends Dim, H extends Dim, K extends Dim, N extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>, n: DimOf<N>): Modality<D, H, K, N> => ({ d, h, k, n });

/** Evidence that the heads together are as wide as the channels: H·K = D. */
export type FullWidth<H extends Dim, K extends Dim, D extends Dim> = Is<Mul<H, K>, D>;

/** Names of the two streams, in this order everywhere. */
export const modalities = ['visual', 'audio'] as const;
export type ModalityName = (typeof modalities)[number];

/** One value per stream. */
export interface Both<V, A = V> {
  readonly visual: V;
  readonly audio: A;
}
export const both = <V, A>(visual: V, audio: A): Both<V, A> => ({ visual, audio });

/** A block per stream, named visual and audio. */
export const bothBlocks = <P, F, Q, G>(visual: Block<P, F>, audio: Block<Q, G>): Block<{ visual: P; audio: Q }, Both<F, G>> => block({ visual, audio }, (p) => p);

/** The record of the bound parts itself, for equations that need several of them. */
export const parts = <S extends Decls>(decls: S): ReturnType<typeof block<S, { [K in keyof S]: BoundOf<S[K]> }>> => block(decls, (p) => p);
