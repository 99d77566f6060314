/**
 * Features of the demo: every segment of the embedded set through both frozen trunks, once; then from the cache.
 * idea:  engines differ by rounding only (about 1e-6 of the greatest value), so features made by one serve all: the engine is
 *        no part of their name in the cache.
 * shape:  `visual.l` [n, N, D] and `audio.l` [n, M, C] for the late layers l = 0, 1; labels [n]; n = 10 · clips
 */
import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import type { Value } from '../../dsl/index.ts';
import { backboneConfigs, type TinyBackbone } from '../backbones/config.ts';
import { type Layer, layersOf } from '../backbones/extract.ts';
import { late } from '../backbones/taps.ts';
import type { AveSplit } from '../data/ave.ts';
import { cached, type Workshop } from '../data/cache.ts';
import { both, type ModalityName, modalities } from '../modality.ts';
import type { FeatureSet } from '../train/features.ts';
import type { Features } from '../variants/variant.ts';
import type { ExtractJob } from './extract.ts';
import type { Pool } from './pool.ts';
import { trunks } from './settings.ts';
import { sharedBytes, sharedFloats, sharedIntegers } from './shared.ts';

/** Mean cosine between the input and output tokens of one block. */
export interface BlockCosine {
  readonly stage: number;
  readonly block: number;
  readonly cosine: number;
}
/** What was measured while the features were made. */
export interface Seen {
  readonly cosines: { readonly [M in ModalityName]: readonly BlockCosine[] };
  /** of one worker, for one segment through both trunks; that of the first time where they are from the cache */
  readonly secondsPerSegment: number;
}
export interface Extracted extends Seen {
  readonly set: FeatureSet;
}
export type TrunkWeights = { readonly [M in ModalityName]: ReadonlyMap<string, Value> };

/** Raised whenever the same weights and clips would give other features. */
const recipeVersion = 2;
const shards = 4;

/** The late layers of a trunk, from its sizes. */
export const lateLayers = (trunk: TinyBackbone): readonly Layer[] => layersOf(backboneConfigs[trunk], late);
export const lateFeatures = (trunk: TinyBackbone): readonly Features[] => lateLayers(trunk).map(({ tokens, channels }) => ({ tokens, channels }));

const fingerprint = (weights: ReadonlyMap<string, Value>): string => {
  const hash = createHash('sha256');
  for (const [name, { data }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex').slice(0, 16);
};
const bytesHash = (split: AveSplit): string => createHash('sha256').update(split.frames).update(split.mel).update(split.labels).digest('hex').slice(0, 16);

const bytesOf = { visual: (s: AveSplit) => s.frames, audio: (s: AveSplit) => s.mel } as const;

const run = (split: AveSplit, weights: TrunkWeights, batch: number, pool: Pool, onStep: (done: number, total: number) => void): TaskEither<Fault, Extracted> => async () => {
  const count = split.clips * 10;
  const prints = both(fingerprint(weights.visual), fingerprint(weights.audio));
  const out = { visual: lateLayers(trunks.visual), audio: lateLayers(trunks.audio) };
  const arrays = { visual: out.visual.map((l) => sharedFloats(count * l.tokens * l.channels)), audio: out.audio.map((l) => sharedFloats(count * l.tokens * l.channels)) };
  const jobs = modalities.flatMap((m) => {
    const bytes = sharedBytes(bytesOf[m](split));
    return Array.from({ length: shards }, (_, from): ExtractJob => ({ kind: 'extract', trunk: trunks[m], weights: weights[m], fingerprint: prints[m], bytes, count, batch, from, stride: shards, out: arrays[m] }));
  });
  const steps = jobs.map(() => 0);
  const total = 2 * Math.ceil(count / batch);
  const results = await pool(jobs, (i, done) => { steps[i] = done; onStep(steps.reduce((a, b) => a + b, 0), total); })();
  if (E.isLeft(results)) return results;
  const cosines = (m: ModalityName): readonly BlockCosine[] => {
    const mine = results.right.flatMap((r, i) => (r.kind === 'extract' && Math.floor(i / shards) === modalities.indexOf(m) ? [r] : []));
    const batches = mine.reduce((sum, r) => sum + r.batches, 0);
    return (mine[0]?.cosines ?? []).map(({ layer }, l) => ({ stage: layer.stage, block: layer.block, cosine: mine.reduce((sum, r) => sum + (r.cosines[l]?.sum ?? 0), 0) / Math.max(1, batches) }));
  };
  const inputs = new Map(modalities.flatMap((m) => out[m].map(({ tokens, channels }, l) => [`${m}.${l}`, { sizes: [tokens, channels], data: arrays[m][l] ?? sharedFloats(0) }] as const)));
  const seconds = results.right.reduce((sum, r) => sum + (r.kind === 'extract' ? r.seconds : 0), 0);
  return E.right({ set: { count, inputs, labels: sharedIntegers(split.labels) }, cosines: { visual: cosines('visual'), audio: cosines('audio') }, secondsPerSegment: seconds / Math.max(1, count) });
};

const isCosines = (x: unknown): x is Seen['cosines'] => typeof x === 'object' && x !== null && 'visual' in x && 'audio' in x && Array.isArray(x.visual) && Array.isArray(x.audio);
const isSeen = (x: unknown): x is Seen => typeof x === 'object' && x !== null && 'cosines' in x && isCosines(x.cosines) && 'secondsPerSegment' in x && typeof x.secondsPerSegment === 'number';

/** Features of one split. errors: Interrupted between batches; NotFinite if a trunk gives a number that is none */
export const splitFeatures = (name: string, split: AveSplit, weights: TrunkWeights, batch: number, pool: Pool, workshop: Workshop): TaskEither<Fault, Extracted> =>
  cached<Extracted>({
    name: `features-${name}`,
    inputs: ['features', recipeVersion, trunks.visual, trunks.audio, fingerprint(weights.visual), fingerprint(weights.audio), bytesHash(split), batch],
    make: run(split, weights, batch, pool, (done, total) => workshop.onProgress(done, total, `features of the ${name} split`)),
    pack: ({ set, cosines, secondsPerSegment }) => ({
      arrays: { labels: { sizes: [set.count], data: set.labels }, ...Object.fromEntries([...set.inputs].map(([input, { sizes, data }]) => [input, { sizes: [set.count, ...sizes], data }])) },
      text: JSON.stringify({ cosines, secondsPerSegment } satisfies Seen),
    }),
    unpack: ({ labels, ...arrays }, text) => {
      const seen: unknown = JSON.parse(text);
      const inputs = new Map<string, { readonly sizes: readonly number[]; readonly data: Float32Array }>();
      for (const [input, { sizes, data }] of Object.entries(arrays)) {
        if (!(data instanceof Float32Array)) continue;
        const shared = sharedFloats(data.length);
        shared.set(data);
        inputs.set(input, { sizes: sizes.slice(1), data: shared });
      }
      return labels?.data instanceof Int32Array && isSeen(seen)
        ? E.right({ set: { count: labels.data.length, labels: sharedIntegers(labels.data), inputs }, ...seen })
        : E.left(fault('Corrupt', `features of the ${name} split`, ['arrays of other names or types'], 'features written by molt'));
    },
  }, workshop);
