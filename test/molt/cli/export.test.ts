/** `molt export`: what it writes, where, and what it refuses. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { readSafetensors } from '../../../molt/io/safetensors.ts';
import { must } from '../../dsl/onnx/cases.ts';
import { decode, sizesOf } from '../../dsl/onnx/decode.ts';
import { session } from '../../dsl/onnx/runtime.ts';
import { golden, molt } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-export-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const variant = golden('base', 'variant.json');
const load = async (path: string) => must(await readSafetensors(path)()).tensors;

test('inference with given weights agrees with PyTorch, at any batch size', async () => {
  const { code, err, out } = await molt('export', variant, '--output', at('any.onnx'), '--weights', golden('base', 'weights.safetensors'), '--batch', 'dynamic');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('any.onnx: inference of base, any batch size, ONNX opset 20, 4 inputs, 10 outputs');
  const running = await session(at('any.onnx'));
  const found = await running.run(await load(golden('base', 'inputs.safetensors')));
  await running.close();
  for (const [name, { sizes, data }] of await load(golden('base', 'output.safetensors'))) {
    const value = found.get(name);
    expect(value?.sizes, name).toEqual(sizes);
    const scale = Math.max(...Array.from(data, Math.abs));
    data.forEach((x, i) => expect(Math.abs((value?.data[i] ?? NaN) - x) / scale, name).toBeLessThan(2e-5));
  }
});

test('the file says what it is', async () => {
  await molt('export', variant, '--output', at('named.onnx'), '--batch', '3', '--train', '--optimiser', 'none', '--quiet');
  const { graph, metadataProps, producerName, producerVersion } = decode(readFileSync(at('named.onnx')));
  const metadata = new Map(metadataProps.map(({ key, value }) => [key, value]));
  expect([producerName, producerVersion, graph.name]).toEqual(['molt', JSON.parse(readFileSync('package.json', 'utf8')).version, 'base']);
  expect([metadata.get('variant'), metadata.get('kind'), metadata.get('batch')]).toEqual(['base', 'gradients', '3']);
  const names: readonly string[] = JSON.parse(metadata.get('parameters') ?? '');
  expect(names.toSorted()).toEqual([...(await load(golden('base', 'weights.safetensors'))).keys()].toSorted());
  expect(must(decodeVariant('again', JSON.parse(metadata.get('variant.json') ?? '')))).toEqual(must(decodeVariant('file', JSON.parse(readFileSync(variant, 'utf8')))));
  expect(graph.output.map(({ name }) => name)).toEqual(['loss', ...names.map((name) => `grad.${name}`)]);
  expect(graph.input.find(({ name }) => name === 'visual.0')).toSatisfy((v) => v !== undefined && sizesOf(v).join() === '3,5,12');
  expect(graph.node.some(({ name }) => name.startsWith('fdm.0.'))).toBe(true);
});

test('weights beside the model are the same model', async () => {
  const features = [{ tokens: 4, channels: 24 }];
  writeFileSync(at('wide.json'), JSON.stringify({ schemaVersion: 1, name: 'wide', features: { visual: features, audio: features }, adapter: { kind: 'molt', uda: 1, cda: 0, tokens: 2, heads: 2 } }));
  for (const words of [['in.onnx'], ['out.onnx', '--external', '--start', at('start.safetensors')]]) expect((await molt('export', at('wide.json'), '--seed', '4', '--batch', '3', '--output', at(words[0] ?? ''), ...words.slice(1))).code).toBe(0);
  expect(readdirSync(folder)).toContain('out.onnx.data');
  expect(readdirSync(folder)).not.toContain('in.onnx.data');
  expect(statSync(at('out.onnx.data')).size).toBeGreaterThan(1024);
  const inputs = new Map((['visual.0', 'audio.0'] as const).map((name, k): [string, Value] => [name, { sizes: [3, 4, 24], dtype: 'f32', data: Float32Array.from({ length: 288 }, (_, i) => Math.sin(i + k)) }]));
  const [one, other] = await Promise.all(['in.onnx', 'out.onnx'].map(async (name) => {
    const running = await session(at(name));
    const found = await running.run(inputs);
    await running.close();
    return found;
  }));
  expect(one?.get('fused.visual')?.sizes).toEqual([3, 24]);
  expect(other).toEqual(one);
});

test('a summary as JSON', async () => {
  const { out } = await molt('export', variant, '--output', at('json.onnx'), '--json', '--batch', '2');
  expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, variant: 'base', kind: 'inference', opset: 20, batch: 2, bytes: statSync(at('json.onnx')).size, externalBytes: 0, inputs: ['visual.0', 'audio.0', 'visual.1', 'audio.1'], outputs: 10 });
});

test.each([
  [['--output', at('x.onnx')], 'no variant', 2],
  [[variant, '--output', at('x.onnx'), '--batch', '0'], '--batch 0', 2],
  [[variant, '--output', at('x.onnx'), '--batch', 'dynamic:'], '--batch dynamic:', 2],
  [[variant, '--output', at('x.onnx'), '--train', '--parameters', 'initialisers'], 'weights as inputs, since the step gives new ones', 2],
  [[variant, '--output', at('x.onnx'), '--train', '--weights', golden('base', 'weights.safetensors')], '--parameters initialisers', 2],
  [[variant, '--output', at('x.onnx'), '--weights', golden('average', 'weights.safetensors')], 'missing', 2],
  [[variant, '--output', at('no/such\u0000place.onnx')], 'place.onnx', 3],
] as const)('refused: %j', async (words, said, wanted) => {
  const { code, err } = await molt('export', ...words);
  expect(code).toBe(wanted);
  expect(err).toContain(said);
  expect(readdirSync(folder)).not.toContain('x.onnx');
});
