/**
 * A data set for tests: tiny clips made on the spot, with their manifest, and the options of an extraction with the tiny trunks.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { backboneConfigs, type TinyBackbone } from '../../../molt/backbones/config.ts';
import type { BackboneSource, ExtractOptions } from '../../../molt/extract/index.ts';
import type { Ffmpeg } from '../../../molt/media/index.ts';
import { fastest } from '../../../molt/train/engine.ts';
import { silent, uninterrupted } from '../../../molt/train/watch.ts';
import { loadBackbone } from '../../../molt/weights/index.ts';
import { at, make, source } from '../media/clips.ts';

/** Ten seconds, 64 × 64, two frames a second, with sound. Each number another clip. */
export const tinyClip = (ffmpeg: Ffmpeg, name: string, number: number): string =>
  make(ffmpeg, name, ...source(`testsrc2=size=64x64:rate=2:duration=10,hue=h=${number * 31}`), ...source(`sine=frequency=${150 + 35 * number}:sample_rate=16000:duration=10`),
    '-c:v', 'mpeg4', '-q:v', '5', '-c:a', 'aac', '-shortest');

/** A folder with so many clips; items of a manifest. */
export const dataset = (ffmpeg: Ffmpeg, folder: string, count: number): readonly { readonly id: string; readonly video: string; readonly labels: readonly number[]; readonly split: string }[] => {
  mkdirSync(at(folder), { recursive: true });
  return Array.from({ length: count }, (_, i) => {
    tinyClip(ffmpeg, `${folder}/clip${i}.mp4`, i);
    return { id: `clip${i}`, video: `clip${i}.mp4`, labels: Array.from({ length: 10 }, () => i % 3), split: ['train', 'val', 'test'][i % 3] ?? 'train' };
  });
};

export const writeManifest = (path: string, items: readonly unknown[]): string => {
  writeFileSync(at(path), JSON.stringify({ schemaVersion: 1, setting: 'ave', classes: ['a', 'b', 'none'], items }));
  return at(path);
};

export const tiny = (name: TinyBackbone): BackboneSource => ({ name, config: backboneConfigs[name], committed: true, load: loadBackbone(name) });

/** Both tiny trunks, late layers, silently. */
export const optionsFor = (ffmpeg: Ffmpeg, manifest: string, store: string): ExtractOptions => ({
  manifest, store, backbones: [tiny('swinv2-tiny64'), tiny('htsat-tiny64')], share: false, keep: ['late'], dtype: 'f16', workers: 1,
  backend: pipe(fastest({ threads: 1 }), TE.map(({ backend }) => backend)), ffmpeg: TE.right(ffmpeg), progress: silent, interrupt: uninterrupted, clock: () => performance.now(),
});
