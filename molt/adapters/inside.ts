/**
 * Inside: two frozen trunks with adapters at every paired block, over one batch of frames and spectrograms.
 * idea:   names are `visual.…` and `audio.…` for the trunks (`trunk.…` where one Swin runs both streams) and
 *         `adapters.{pair}.{stream}.{first|second}.…`; pairs count from the input, those of skipped stages have none.
 * not:    a readout or a task: see `readout.ts`.
 */
import { reifyV } from '../../shapes/index.ts';
import { block, type Declared, declaredOf, each, frozen, instantiate, opaque, type SomeBlock, trainedOnly } from '../../dsl/index.ts';
import { type BackboneParts, partsOf } from '../backbones/backbone.ts';
import { type BatchSizes, entered, type Entered } from '../backbones/applied.ts';
import { type BackboneConfig, stagesOf, type Stage } from '../backbones/config.ts';
import { pairedBlocks } from '../backbones/pairs.ts';
import type { Taps } from '../backbones/taps.ts';
import { run } from '../backbones/trunk.ts';
import { type Both, both, bothBlocks, modalities, type ModalityName } from '../modality.ts';
import type { Experts } from './insertion.ts';
import { type JointOutput, jointly, type Pair, type PairAdapters, type Parts, type Places } from './joint.ts';
import { type InsertedAdapter, insertedAt, type PlaceSizes } from './rival.ts';

/** Trunks of both streams; one configuration and `shared`: one Swin for both. */
export interface Trunks {
  readonly visual: BackboneConfig;
  readonly audio: BackboneConfig;
  readonly shared: boolean;
}

export interface Inside {
  /** every weight; the trunks' are frozen */
  readonly declared: ReadonlyMap<string, Declared>;
  /** over the published inputs: `visual.pixels`, and `audio.logmel` or, for one Swin, `audio.pixels` */
  readonly run: (batch: number) => InsideBatch;
}
export interface InsideBatch {
  readonly output: JointOutput<'B'>;
  /** of every adapter with a router, by its name: `{pair}.{stream}.{first|second}` */
  readonly routers: ReadonlyMap<string, Experts<'B'>>;
  readonly inputs: Both<Entered['input']>;
  /** what the visual trunk gives for as many other pictures, `other.pixels`, without adapters */
  readonly other: () => Taps<'B'>;
}

const sizesAt = (own: Stage, other: Stage): PlaceSizes => ({ N: own.side ** 2, D: own.channels, M: other.side ** 2, C: other.channels });

/** Stages that have no adapters. */
const skipped = (adapter: InsertedAdapter): readonly number[] => (adapter.kind === 'avmoe' ? adapter.skip : []);

interface Place {
  readonly stage: number;
  readonly visual: number;
  readonly audio: number;
}
const placesOf = ({ visual, audio }: Trunks, adapter: InsertedAdapter): readonly Place[] =>
  pairedBlocks(visual, audio).map((pair) => ({ stage: pair.visual.stage, visual: pair.visual.block, audio: pair.audio.block })).filter(({ stage }) => !skipped(adapter).includes(stage));

/** The four adapters of a pair of blocks of one stage. */
const pairBlock = (adapter: InsertedAdapter, trunks: Trunks, stage: number): SomeBlock<PairAdapters> => {
  const [v, a] = [stagesOf(trunks.visual)[stage], stagesOf(trunks.audio)[stage]];
  const none: Stage = { index: stage, side: 0, channels: 0, heads: 0, windows: [] };
  const stream = (name: ModalityName, own: Stage, other: Stage): SomeBlock<Places> => {
    const one = insertedAt(adapter, sizesAt(own, other), trunks.shared, name);
    return opaque(block({ first: one, second: one }, (p) => p));
  };
  return opaque(bothBlocks(stream('visual', v ?? none, a ?? none), stream('audio', a ?? none, v ?? none)));
};

/** What of a trunk is trained: nothing, or what its norms scale and shift by. */
export type Trained = 'nothing' | 'norms';
const isNorm = (name: string): boolean => /(^|\.)(norm\d?|bn0)\.(weight|bias)$/.test(name);
const kept = {
  nothing: (parts) => opaque(frozen(parts)),
  norms: trainedOnly(isNorm),
} as const satisfies { readonly [T in Trained]: (parts: SomeBlock<BackboneParts>) => SomeBlock<BackboneParts> };

/** A trunk's parts per stream: two trunks, or one twice. */
export const bothTrunks = ({ visual, audio, shared }: Trunks, trained: Trained): SomeBlock<Both<BackboneParts>> => {
  const one = (config: BackboneConfig): SomeBlock<BackboneParts> => kept[trained](partsOf(config));
  return shared ? opaque(block({ trunk: one(visual) }, (p): Both<BackboneParts> => both(p.trunk, p.trunk))) : opaque(bothBlocks(one(visual), one(audio)));
};

/** Both trunks' patches over their inputs, named `visual.…` and `audio.…`. */
export const bothEntered = (trunks: Trunks, sizes: BatchSizes, parts: Both<BackboneParts>): Both<Entered> =>
  both(entered(trunks.visual, sizes, 'visual')(parts.visual), entered(trunks.audio, sizes, 'audio')(parts.audio));

/** A trunk over pictures of its own, `other.pixels`. */
export const otherTaps = (config: BackboneConfig, sizes: BatchSizes, parts: BackboneParts): Taps<'B'> => run(parts.trunk, entered(config, sizes, 'other')(parts).patches);

/** Names of the adapters in the order in which they run. */
const adapterNames = (pairs: number): readonly string[] =>
  Array.from({ length: pairs }, (_, pair) => (['first', 'second'] as const satisfies readonly (keyof Places)[]).flatMap((place) => modalities.map((m) => `${pair}.${m}.${place}`))).flat();

const partsFor = (config: BackboneConfig): Parts => (config.kind === 'swinv2' ? 'halves' : 'whole');

/** Both trunks with adapters inside. @throws MoltError (Shape) if channels do not divide by an adapter's groups and reduction */
export const inside = (adapter: InsertedAdapter, trunks: Trunks, sizes: Omit<BatchSizes, 'batch'> = { form: 'published' }): Inside => {
  const places = placesOf(trunks, adapter);
  return reifyV(places.map(({ stage }) => pairBlock(adapter, trunks, stage)), (_, list): Inside => {
    const whole = [bothTrunks(trunks, 'nothing'), block({ adapters: each(list) }, (p) => p.adapters)] as const;
    return {
      declared: new Map([...declaredOf(whole[0]), ...declaredOf(whole[1])]),
      run: (batch) => {
        const [bound, adapters] = [instantiate(whole[0]), instantiate(whole[1])];
        const enter = bothEntered(trunks, { ...sizes, batch }, bound);
        const pairs = stagesOf(trunks.visual).map((__, s) => places.flatMap((place, i): readonly Pair[] => {
          const found = adapters.items[i];
          return place.stage === s ? [{ visual: place.visual, audio: place.audio, ...(found === undefined ? {} : { adapters: found }) }] : [];
        }));
        const output = jointly(both(bound.visual.trunk, bound.audio.trunk), both(partsFor(trunks.visual), partsFor(trunks.audio)), pairs, both(enter.visual.patches, enter.audio.patches));
        const routers = new Map(adapterNames(places.length).flatMap((name, i) => output.routers.slice(i, i + 1).map((router) => [name, router] as const)));
        return { output, routers, inputs: both(enter.visual.input, enter.audio.input), other: () => otherTaps(trunks.visual, { ...sizes, batch }, bound.visual) };
      },
    };
  });
};
