/**
 * Inner encoder: what trains inside the trunks as one thing: from pictures and sounds of B segments to one vector a stream, and the visual
 * trunk's pictures as the adapters left them.
 * not:    stored features: gradients flow through the trunks, so they are always part of it.
 */
import type { DimOf, Dim } from '../../shapes/index.ts';
import { withSizes } from '../../shapes/index.ts';
import { declaredOf, type Node, reduce, stopGradient, unwrap } from '../../dsl/index.ts';
import { balanceLoss } from '../adapters/avmoe.ts';
import { bothTrunks, inside, type Trunks } from '../adapters/inside.ts';
import { readout, type Vectors } from '../adapters/readout.ts';
import type { InsertedAdapter } from '../adapters/rival.ts';
import { type BackboneConfig, stagesOf } from '../backbones/config.ts';
import { openBatch, openVectors, type Tokens } from '../backbones/grid.ts';
import { both } from '../modality.ts';
import type { MapSizes, Scene } from '../tasks/head.ts';
import type { Encoded, UseEncoder } from './encoder.ts';
import { bareTrunks, stageEnds } from './trunks.ts';

const channelsOf = (config: BackboneConfig): number => stagesOf(config).at(-1)?.channels ?? 0;
const nothing: ReadonlyMap<string, Node> = new Map();
const stagesOfTrunk = (config: BackboneConfig): readonly MapSizes[] => stagesOf(config).map(({ side, channels }) => ({ tokens: side ** 2, channels }));

/** Vectors and pictures of both trunks' ends under exact dims. */
const opened = <B extends Dim, D extends Dim, C extends Dim>(b: DimOf<B>, d: DimOf<D>, c: DimOf<C>, vectors: Vectors<'B'>, { map, other, stages }: Scene<'B'>): Encoded<B, D, C, Dim> => {
  const open: (x: Tokens<'B'>) => Tokens<B> = openBatch(b);
  return {
    vectors: both(openVectors(b, d)(vectors.visual), openVectors(b, c)(vectors.audio)),
    scene: { map: () => open(map()), other: () => open(other()), stages: () => stages().map(open) },
    outputs: nothing,
  };
};

/** Sizes of a batch whose spectrograms have so many frames; as many as the picture holds if nothing is said. */
const framed = (frames: number | undefined): { readonly frames?: number } => (frames === undefined ? {} : { frames });

/** The share of the load balance in the loss. */
const balanceOf = (adapter: InsertedAdapter): number => (adapter.kind === 'avmoe' ? (adapter.balance ?? 0) : 0);

/** Adapters at every pair of blocks; outputs `router.{pair}.{stream}.{first|second}` [B, E] of those that have a router. */
export const insertedEncoder = <X>(adapter: InsertedAdapter, trunks: Trunks, use: UseEncoder<X>, frames?: number): X =>
  withSizes({ D: channelsOf(trunks.visual), C: channelsOf(trunks.audio) }, (s) => {
    const { declared, run } = inside(adapter, trunks, { form: 'published', ...framed(frames) });
    return use({
      d: s.D, c: s.C, distilled: false, stages: stagesOfTrunk(trunks.visual), declared,
      encode: (b) => {
        const { output, routers, other } = run(b.size);
        const weight = balanceOf(adapter);
        const penalty = weight === 0 ? undefined : balanceLoss(weight, [...routers.values()]);
        const encoded = opened(b, s.D, s.C, readout(output, trunks.shared), {
          map: () => output.normed.visual, other: () => other().normed, stages: () => [...output.stages.visual.slice(0, -1), output.normed.visual],
        });
        return { ...encoded, outputs: new Map([...routers].map(([name, router]) => [`router.${name}`, unwrap(router)])), ...(penalty === undefined ? {} : { penalty }) };
      },
    });
  });

/** Trunks of which only the norms train; every other weight is frozen. */
export const normEncoder = <X>(trunks: Trunks, use: UseEncoder<X>, frames?: number): X =>
  withSizes({ D: channelsOf(trunks.visual), C: channelsOf(trunks.audio) }, (s) => {
    const pooled = reduce('mean', 'b n d -> b d');
    return use({
      d: s.D, c: s.C, distilled: false, stages: stagesOfTrunk(trunks.visual),
      declared: declaredOf(bothTrunks(trunks, 'norms')),
      encode: (b) => {
        const { taps, other } = bareTrunks(trunks, { batch: b.size, ...framed(frames) }, 'norms');
        return opened(b, s.D, s.C, both(pooled(taps.visual.normed), pooled(taps.audio.normed)), {
          map: () => taps.visual.normed, other: () => stopGradient(other().normed), stages: () => stageEnds(taps.visual),
        });
      },
    });
  });
