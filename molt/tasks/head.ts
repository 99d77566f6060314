/**
 * Head: what a task makes of what an encoder shows of some segments: outputs to read and a loss to minimise.
 * idea:   an encoder shows one vector a stream, tokens that hold both streams if it has any, and the pictures of the visual trunk; a head takes
 *         what it needs, and what nobody takes is not in the graph.
 * not:    which adapter or trunk is behind it.
 */
import type { Dim, DimOf, Mul, Tensor } from '../../shapes/index.ts';
import type { Declared, Node } from '../../dsl/index.ts';
import type { Tokens } from '../backbones/grid.ts';
import type { Both } from '../modality.ts';

/** N tokens of D channels, of sizes that the types do not know. */
export interface MapSizes {
  readonly tokens: number;
  readonly channels: number;
}

/** Pictures of B segments; made when asked for. */
export interface Scene<in out B extends Dim> {
  /** the visual trunk's last tokens after its final norm */
  readonly map: () => Tokens<B>;
  /** the same of frames of other videos, through the trunk without adapters and without a gradient */
  readonly other: () => Tokens<B>;
  /** the last tokens of every stage of the visual trunk, the last one's after the final norm */
  readonly stages: () => readonly Tokens<B>[];
}

/** What an encoder shows of B segments. */
export interface Seen<in out B extends Dim, in out D extends Dim, in out C extends Dim, in out M extends Dim> {
  /** [B, D] and [B, C] */
  readonly vectors: Both<Tensor<[B, D]>, Tensor<[B, C]>>;
  /** [B, M, D] and [B, M, C] */
  readonly tokens?: Both<Tensor<[B, M, D]>, Tensor<[B, M, C]>>;
  readonly scene: Scene<B>;
}

/** The sizes of what an encoder shows. */
export interface Streams<in out D extends Dim, in out C extends Dim, in out M extends Dim> {
  readonly d: DimOf<D>;
  readonly c: DimOf<C>;
  /** there if it shows tokens that a decoder of masks should take up */
  readonly m?: DimOf<M>;
  /** the visual vector is distilled by tokens: it stands for the frame where others have the mean of the map */
  readonly distilled: boolean;
  /** of the visual trunk's stages, the last one being that of the map */
  readonly stages: readonly MapSizes[];
}

/** What a task makes of one batch. */
export interface Judged {
  readonly outputs: ReadonlyMap<string, Node>;
  /** a scalar */
  readonly loss: Node;
}

/** A head of T segments a sample. */
export interface Head<in out T extends Dim, in out D extends Dim, in out C extends Dim, in out M extends Dim> {
  readonly declared: ReadonlyMap<string, Declared>;
  /** B samples */
  readonly judge: <B extends Dim>(b: DimOf<B>, seen: Seen<Mul<B, T>, D, C, M>) => Judged;
}
