/**
 * Inner encoder: what trains inside the trunks as one thing: from pictures and sounds of B segments to one vector a stream.
 * not:    stored features: gradients flow through the trunks, so they are always part of it.
 */
import type { DimOf, Tensor, Dim } from '../../shapes/index.ts';
import { withSizes } from '../../shapes/index.ts';
import { type Declared, declaredOf, type Node, reduce } from '../../dsl/index.ts';
import { bothTrunks, inside, type Trunks } from '../adapters/inside.ts';
import { readout, type Vectors } from '../adapters/readout.ts';
import type { InsertedAdapter } from '../adapters/rival.ts';
import { type BackboneConfig, stagesOf } from '../backbones/config.ts';
import { openVectors } from '../backbones/grid.ts';
import { both } from '../modality.ts';
import type { Encoded, UseEncoder } from './encoder.ts';
import { bareTrunks } from './trunks.ts';

const channelsOf = (config: BackboneConfig): number => stagesOf(config).at(-1)?.channels ?? 0;
const nothing: ReadonlyMap<string, Node> = new Map();

/** Vectors of both trunks' ends under exact dims. */
const opened = <B extends Dim, D extends Dim, C extends Dim>(b: DimOf<B>, d: DimOf<D>, c: DimOf<C>, vectors: Vectors<'B'>): Encoded<B, D, C> =>
  ({ vectors: both<Tensor<[B, D]>, Tensor<[B, C]>>(openVectors(b, d)(vectors.visual), openVectors(b, c)(vectors.audio)), outputs: nothing });

/** Sizes of a batch whose spectrograms have so many frames; as many as the picture holds if nothing is said. */
const framed = (frames: number | undefined): { readonly frames?: number } => (frames === undefined ? {} : { frames });

/** Adapters at every pair of blocks. */
export const insertedEncoder = <X>(adapter: InsertedAdapter, trunks: Trunks, use: UseEncoder<X>, frames?: number): X =>
  withSizes({ D: channelsOf(trunks.visual), C: channelsOf(trunks.audio) }, (s) => {
    const { declared, run } = inside(adapter, trunks, 'batch', { form: 'published', ...framed(frames) });
    return use({ d: s.D, c: s.C, declared, encode: (b) => opened(b, s.D, s.C, readout(run(b.size).output, trunks.shared)) });
  });

/** Weights that norms scale and shift by. */
const isNorm = (name: string): boolean => /(^|\.)(norm\d?|bn0)\.(weight|bias)$/.test(name);

/** Trunks of which only the norms train; every other weight is frozen. */
export const normEncoder = <X>(trunks: Trunks, use: UseEncoder<X>, frames?: number): X =>
  withSizes({ D: channelsOf(trunks.visual), C: channelsOf(trunks.audio) }, (s) => {
    const pooled = reduce('mean', 'b n d -> b d');
    const declared = declaredOf(bothTrunks(trunks, true));
    return use({
      d: s.D, c: s.C,
      declared: new Map([...declared].map(([name, d]): [string, Declared] => [name, { ...d, trainable: d.trainable && isNorm(name) }])),
      encode: (b) => {
        const { taps } = bareTrunks(trunks, { batch: b.size, ...framed(frames) }, true);
        return opened(b, s.D, s.C, both(pooled(taps.visual.normed), pooled(taps.audio.normed)));
      },
    });
  });
