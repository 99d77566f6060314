/**
 * A feature store for tests: small features whose classes are separable, written as `molt extract` would.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Value } from '../../../dsl/index.ts';
import { random } from '../../../dsl/index.ts';
import { type RunManifest, writeRunManifest } from '../../../molt/extract/record.ts';
import { modalities, type ModalityName } from '../../../molt/modality.ts';
import { nodePorts, openStore, sha256 } from '../../../molt/store/index.ts';
import { orFail } from '../backbones/golden.ts';

export const segments = 4;
export const events = 2;
const layers = { visual: { tokens: 3, channels: 8 }, audio: { tokens: 4, channels: 8 } } as const;

export interface StoreOptions {
  readonly items: { readonly train: number; readonly val: number; readonly test: number };
  readonly dtype?: 'f16' | 'f32';
  /** items whose sound could not be made */
  readonly lacking?: readonly string[];
  /** what a manifest of another form says */
  readonly change?: (run: RunManifest) => RunManifest;
}

/** Labels of an item: events and background by turns. */
const labelsOf = (item: number): readonly number[] => Array.from({ length: segments }, (_, t) => (item + t * (item % 2 === 0 ? 1 : 2)) % (events + 1));

/** Features [segments, N, D]: noise, and a level by the label. */
const featuresOf = (id: string, name: string, m: ModalityName, labels: readonly number[]): Value => {
  const { tokens, channels } = layers[m];
  const width = tokens * channels;
  const noise = random.normal(random.named(random.named(random.key(1), id), name), segments * width);
  return { sizes: [segments, tokens, channels], dtype: 'f32', data: Float32Array.from(noise, (x, i) => 5 + x + 2 * ((labels[Math.floor(i / width)] ?? 0) === i % (events + 1) ? 1 : 0)) };
};

/** Writes variant and store into a folder; gives their paths. */
export const writeStored = async (folder: string, { items, dtype = 'f32', lacking = [], change = (run) => run }: StoreOptions): Promise<{ readonly variant: string; readonly store: string; readonly manifest: string }> => {
  mkdirSync(folder, { recursive: true });
  const [variant, path] = [join(folder, 'variant.json'), join(folder, 'store')];
  const pair = (m: ModalityName): readonly unknown[] => [layers[m], layers[m]];
  writeFileSync(variant, JSON.stringify({ schemaVersion: 1, name: 'tiny', features: { visual: pair('visual'), audio: pair('audio') }, adapter: { kind: 'molt', uda: 1, cda: 1, tokens: 2, heads: 2, router: { hidden: 8 }, fusion: { hidden: 8 } }, task: { kind: 'ave', classes: events, segments } }));
  const all = (['train', 'val', 'test'] as const).flatMap((split) => Array.from({ length: items[split] }, (_, i) => ({ id: `${split}-${i}`, split, labels: labelsOf(i) })));
  const store = orFail(await openStore(path)());
  const keys = new Map<ModalityName, string>();
  for (const m of modalities) {
    const names = [0, 1].map((l) => `${m}.${l}`);
    const collection = orFail(await store.collection({
      backbone: `tiny-${m}`, config: { kind: m }, weights: sha256(m), preprocessing: 'none', position: 'late', modality: m, dtype, segments,
      tensors: names.map((name) => ({ name, sizes: [layers[m].tokens, layers[m].channels] })),
    })());
    const there = all.filter(({ id }) => m === 'visual' || !lacking.includes(id));
    for (let from = 0; from < there.length; from += 5)
      orFail(await collection.write(there.slice(from, from + 5).map(({ id, labels }) => ({ input: sha256(id), tensors: new Map(names.map((name) => [name, featuresOf(id, name, m, labels)])) })))());
    orFail(await collection.seal());
    keys.set(m, collection.key);
  }
  const collections = { visual: keys.get('visual') ?? '', audio: keys.get('audio') ?? '' };
  const run: RunManifest = {
    schemaVersion: 1, setting: 'ave', segments, classes: ['bell', 'dog', 'background'], collections,
    items: all.map(({ id, split, labels }) => ({ id, split, labels, inputs: { visual: sha256(id), ...(lacking.includes(id) ? {} : { audio: sha256(id) }) } })),
  };
  const manifest = orFail(await writeRunManifest(await nodePorts(), path, sha256('run'), change(run))());
  return { variant, store: path, manifest };
};
