/** Swinv2Model and ClapAudioModel of transformers, from their own weight files: every block and the final norm, on every engine. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { ortNode } from '../../../dsl/backends/ort/native/index.ts';
import { ortWeb } from '../../../dsl/backends/ort/web/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { plainTarget, planOf, unwrap, type Value } from '../../../dsl/index.ts';
import { applied } from '../../../molt/backbones/applied.ts';
import { readSafetensors } from '../../../molt/io/safetensors.ts';
import { decodeBackbone, loadWeights } from '../../../molt/weights/index.ts';
import { orFail, valueOf } from '../backbones/golden.ts';

const cases = ['swinv2', 'swinv2-pretrained', 'htsat', 'htsat-full'] as const;
const folder = (name: string): string => fileURLToPath(new URL(`../../golden/transformers/${name}/`, import.meta.url));
const engines = { 'tfjs-wasm': tfjs('wasm'), 'ort-web': ortWeb({ threads: 2 }), 'ort-node': ortNode({ threads: 2 }) } as const;

/** Greatest difference beside the greatest golden number. */
const error = (found: Value | undefined, wanted: Value): number => {
  expect(found?.sizes).toEqual(wanted.sizes);
  let [greatest, worst] = [0, 0];
  wanted.data.forEach((x, i) => {
    const off = Math.abs(x - (found?.data[i] ?? Number.NaN));
    greatest = Math.max(greatest, Math.abs(x));
    worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
  });
  return worst / greatest;
};

describe.each(['tfjs-wasm', 'ort-web', 'ort-node'] as const)('%s', async (engine) => {
  const made = await engines[engine]();
  if (isLeft(made)) return test.skip(made.left.given.join(), () => undefined);
  const backend = made.right;
  return test.each(cases)('%s agrees at every block', async (name) => {
    const config = orFail(decodeBackbone(name, JSON.parse(readFileSync(`${folder(name)}config.json`, 'utf8'))));
    const { weights, layout } = orFail(await loadWeights(folder(name), config)());
    expect(layout).toBe(config.kind === 'swinv2' ? 'transformers-swinv2' : 'transformers-clap');
    const golden = orFail(await readSafetensors(`${folder(name)}golden.safetensors`)()).tensors;
    const x = valueOf(golden, config.kind === 'swinv2' ? 'pixels' : 'logmel');
    const { taps, input } = applied(config, { batch: x.sizes[0] ?? 0, frames: x.sizes[2] ?? 0, form: 'published' }, false);
    expect(input.sizes).toEqual(x.sizes);
    const roots = new Map([...taps.blocks.map((tap) => [`layers.${tap.stage}.blocks.${tap.block}`, unwrap(tap.value)] as const), ['norm', unwrap(taps.normed)]]);
    expect([...roots.keys(), input.name].toSorted()).toEqual([...golden.keys()].toSorted());
    const program = orFail(await backend.compile(planOf([...roots.values()], { target: backend.target ?? plainTarget }), weights)());
    const values = orFail(await program.run({ inputs: new Map([[input.name, x]]), parameters: new Map() })());
    program.dispose();
    const errors = [...roots.keys()].map((key, i) => [key, error(values[i], valueOf(golden, key))] as const);
    expect(errors.filter(([, e]) => !(e <= 1e-4))).toEqual([]);
  });
});
