/** From clips to a score: `molt extract`, `molt train` and `molt eval` on one store. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { at, make, source, withFfmpeg } from '../media/clips.ts';
import { molt } from './terminal.ts';

/** Class 0: red and a low tone; class 1: blue and a high one; the second half of each clip is grey and silent: background. */
const looks = [{ color: 'red', tone: 300 }, { color: 'blue', tone: 2000 }] as const;
const halves = (event: 0 | 1): readonly string[] => {
  const { color, tone } = looks[event];
  return [...source(`color=c=${color}:s=64x64:r=4:d=5[a];color=c=gray:s=64x64:r=4:d=5[b];[a][b]concat=n=2`), ...source(`sine=frequency=${tone}:sample_rate=16000:duration=10,volume=enable='gte(t,5)':volume=0`)];
};

withFfmpeg('features of clips are made once, learnt from, and scored', async (ffmpeg) => {
  mkdirSync(at('chain'), { recursive: true });
  const items = [0, 1, 2, 3, 4, 5].map((i) => {
    make(ffmpeg, `chain/${i}.mp4`, ...halves(i % 2 === 0 ? 0 : 1), '-c:v', 'mpeg4', '-q:v', `${2 + i}`, '-c:a', 'aac', '-shortest');
    return { id: `${i}`, video: `${i}.mp4`, labels: Array.from({ length: 10 }, (_, t) => (t < 5 ? i % 2 : 2)), split: i < 2 ? 'train' : i < 4 ? 'val' : 'test' };
  });
  writeFileSync(at('chain', 'm.json'), JSON.stringify({ schemaVersion: 1, setting: 'ave', classes: ['red', 'blue', 'background'], items }));
  const [store, out, variant] = [at('chain', 'store'), at('chain', 'out'), at('chain', 'v.json')];
  const engine = ['--backend', 'ort-node', '--threads', '1', '--quiet'];
  const extracted = await molt('extract', at('chain', 'm.json'), '--store', store, '--backbone', 'swinv2-tiny64', '--backbone', 'htsat-tiny64', '--position', 'late', '--ffmpeg', ffmpeg.path, ...engine);
  expect(extracted).toMatchObject({ code: 0 });
  const layers = [{ tokens: 16, channels: 96 }, { tokens: 16, channels: 96 }];
  writeFileSync(variant, JSON.stringify({ schemaVersion: 1, name: 'chain', features: { visual: layers, audio: layers }, adapter: { kind: 'molt', uda: 1, cda: 1, tokens: 2, router: { hidden: 8 }, fusion: { hidden: 8 } }, task: { kind: 'ave', classes: 2 } }));
  expect(await molt('train', variant, '--store', store, '--out', out, '--epochs', '12', '--batch', '10', '--rate', '0.003', ...engine)).toEqual({ code: 0, out: '', err: '' });
  const { test: scored } = JSON.parse(readFileSync(at('chain', 'out', 'record.json'), 'utf8')).splits;
  const { code, out: printed } = await molt('eval', variant, '--store', store, '--weights', at('chain', 'out', 'weights.safetensors'), '--json', ...engine);
  expect({ code, score: JSON.parse(printed) }).toMatchObject({ code: 0, score: { split: 'test', ...scored } });
  expect(scored.accuracy).toBeGreaterThan(0.8);
});
