/** `molt taps`: keys, sizes and numbers against the golden trunks, whatever the piece size and the engine; media; the hub; what is refused. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { htsatFrontEnd, logMel } from '../../../molt/data/audio/logmel.ts';
import { readSafetensors, writeSafetensors } from '../../../molt/io/safetensors.ts';
import { pixelsOf, settings } from '../../../molt/preprocess/index.ts';
import { must } from '../../dsl/onnx/cases.ts';
import { hub } from '../weights/hub/server.ts';
import { molt } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-taps-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());
const at = (name: string): string => join(folder, name);
const trunk = (name: string, file: string): string => `test/golden/backbones/${name}/${file}`;
const load = async (path: string): Promise<ReadonlyMap<string, Value>> => must(await readSafetensors(path)()).tensors;
const store = async (path: string, tensors: { readonly [name: string]: Value }): Promise<string> => {
  must(await writeSafetensors(path, new Map(Object.entries(tensors)))());
  return path;
};
const f32 = (sizes: readonly number[], of: (i: number) => number = (i) => Math.sin(i)): Value => ({ sizes, dtype: 'f32', data: Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => of(i)) });

const keys = { swinv2: 'pixels', 'swinv2-clamped': 'pixels', htsat: 'logmel', 'htsat-full-window': 'logmel' } as const;
type Case = keyof typeof keys;
const cases: readonly Case[] = ['swinv2', 'swinv2-clamped', 'htsat', 'htsat-full-window'];

/** A golden case's input under the command's name, some times over. */
const inputs = async (name: Case, times = 1): Promise<string> => {
  const [[, value] = ['', f32([0])]] = [...(await load(trunk(name, 'input.safetensors')))];
  const [b = 0, ...rest] = value.sizes;
  const data = new Float32Array(times * value.data.length);
  for (let i = 0; i < times; i += 1) data.set(value.data, i * value.data.length);
  return store(at(`${name}-${times}.safetensors`), { [keys[name]]: { sizes: [times * b, ...rest], dtype: 'f32', data } });
};
const run = (name: Case, ...words: readonly string[]) => molt('taps', '--config', trunk(name, 'config.json'), '--weights', trunk(name, 'weights.safetensors'), ...words);

/** Golden blocks and norm under the command's names. */
const expected = (golden: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
  new Map([...golden].filter(([key]) => /^taps\.|^norm$|^layers\.|^logmel$/.test(key)).map(([key, value]) => [key.replace(/^taps\.(\d+)\.(\d+)$/, 'layers.$1.blocks.$2'), value]));

/** Greatest difference from the golden values, relative to max(1, |golden|). */
const distance = (found: ReadonlyMap<string, Value>, golden: ReadonlyMap<string, Value>, offset = 0): number => {
  let worst = 0;
  for (const [key, wanted] of expected(golden)) {
    const value = found.get(key);
    expect(value?.sizes.slice(1), key).toEqual(wanted.sizes.slice(1));
    wanted.data.forEach((w, i) => (worst = Math.max(worst, Math.abs((value?.data[offset * wanted.data.length + i] ?? Infinity) - w) / Math.max(1, Math.abs(w)))));
  }
  return worst;
};

test.each(cases)('%s: every block and the norm, as the independent implementation has them', async (name) => {
  const { code, err, out } = await run(name, '--inputs', await inputs(name), '--output', at('y.safetensors'), '--backend', 'tfjs-wasm', '--quiet');
  expect({ code, err, out }).toEqual({ code: 0, err: '', out: '' });
  const [found, golden] = [await load(at('y.safetensors')), await load(trunk(name, 'output.safetensors'))];
  expect([...found.keys()].toSorted()).toEqual([...expected(golden).keys()].toSorted());
  expect(distance(found, golden)).toBeLessThan(1e-4);
});

test.each(['ort-web', 'ort-node'])('%s, in pieces that do not divide the batch', async (backend) => {
  const { code, err } = await run('swinv2', '--inputs', await inputs('swinv2', 3), '--output', at('pieces.safetensors'), '--backend', backend, '--batch', '4');
  expect(code).toBe(0);
  expect(err).toContain('6/6');
  const found = await load(at('pieces.safetensors'));
  const golden = await load(trunk('swinv2', 'output.safetensors'));
  for (const offset of [0, 1, 2]) expect(distance(found, golden, offset)).toBeLessThan(1e-4);
  expect(found.get('norm')?.sizes[0]).toBe(6);
  const { metadata } = must(await readSafetensors(at('pieces.safetensors'))());
  expect(metadata.get('backend')).toMatch(/^ort/);
  expect(metadata.get('weights')).toMatch(/^[0-9a-f]{64}$/);
});

/** Mean over rows of the cosine of two token tensors. */
const cosine = (a: Value | undefined, b: Value | undefined): number => {
  const width = a?.sizes[2] ?? 1;
  const rows = (a?.data.length ?? 0) / width;
  let sum = 0;
  for (let r = 0; r < rows; r += 1) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = r * width; i < (r + 1) * width; i += 1) {
      const [x, y] = [a?.data[i] ?? NaN, b?.data[i] ?? NaN];
      [ab, aa, bb] = [ab + x * y, aa + x * x, bb + y * y];
    }
    sum += ab / Math.sqrt(aa * bb);
  }
  return sum / rows;
};

test('similarities are the cosines of golden tokens, in pieces too, and are drawn', async () => {
  const golden = await load(trunk('swinv2', 'output.safetensors'));
  const wanted = { 'layers.0.blocks.0': cosine(golden.get('patches'), golden.get('taps.0.0')), 'layers.0.blocks.1': cosine(golden.get('taps.0.0'), golden.get('taps.0.1')), 'layers.1.blocks.0': cosine(golden.get('merged.1'), golden.get('taps.1.0')), 'layers.1.blocks.1': cosine(golden.get('taps.1.0'), golden.get('taps.1.1')) };
  for (const batch of ['1', '2', '4']) {
    const { code, out } = await run('swinv2', '--inputs', await inputs('swinv2', 3), '--similarity', '--json', '--batch', batch, '--backend', 'ort-node', '--quiet');
    expect(code).toBe(0);
    const { similarity, items, schemaVersion } = JSON.parse(out);
    expect([items, schemaVersion]).toEqual([6, 1]);
    expect(Object.keys(similarity)).toEqual(['layers.0.blocks.0', 'layers.0.blocks.1', 'layers.1.blocks.0', 'layers.1.blocks.1']);
    for (const [name, one] of Object.entries(wanted)) expect(similarity[name]).toBeCloseTo(one, 5);
  }
  const { out } = await run('swinv2', '--inputs', await inputs('swinv2'), '--similarity', '--figure', at('f.svg'), '--backend', 'ort-node', '--quiet');
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^block +N +D +cosine$/);
  expect(lines[1]).toMatch(new RegExp(`^layers\\.0\\.blocks\\.0 +64 +16 +${wanted['layers.0.blocks.0'].toFixed(4).replace('.', '\\.')}  █+$`));
  expect(lines).toHaveLength(5);
  const svg = readFileSync(at('f.svg'), 'utf8');
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).not.toContain('var(');
  expect(svg).toContain('<title>Cosine of input and output tokens by block, visual backbone: stage 0 block 0');
});

test('a tiny trunk brings its weights along', async () => {
  const x = await store(at('tiny.safetensors'), { pixels: f32([1, 3, 64, 64]), other: f32([2]) });
  const { code, out } = await molt('taps', '--backbone', 'swinv2-tiny64', '--inputs', x, '--output', at('tiny-y.safetensors'), '--backend', 'ort-node', '--json', '--quiet');
  expect(code).toBe(0);
  const { outputs } = JSON.parse(out);
  expect(outputs).toEqual({
    'layers.0.blocks.0': [1, 256, 24], 'layers.0.blocks.1': [1, 256, 24], 'layers.1.blocks.0': [1, 64, 48], 'layers.1.blocks.1': [1, 64, 48],
    'layers.2.blocks.0': [1, 16, 96], 'layers.2.blocks.1': [1, 16, 96], norm: [1, 16, 96],
  });
});

test('weights from the hub, then from the cache alone', async () => {
  const server = await hub({ 'org/tiny': { refs: { main: 'd'.repeat(40) }, files: { 'model.safetensors': readFileSync(trunk('swinv2', 'weights.safetensors')) } } });
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('HF_HOME', at('hf'));
  const words = ['taps', '--config', trunk('swinv2', 'config.json'), '--weights', 'hf:org/tiny', '--inputs', await inputs('swinv2'), '--backend', 'ort-node', '--output', at('hub.safetensors')];
  const first = await molt(...words);
  await server.close();
  expect(first).toMatchObject({ code: 0, err: expect.stringContaining('model.safetensors, MB') });
  expect(distance(await load(at('hub.safetensors')), await load(trunk('swinv2', 'output.safetensors')))).toBeLessThan(1e-4);
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect((await molt(...words, '--quiet')).code).toBe(0);
  expect(await molt(...words.with(4, 'hf:org/other'))).toMatchObject({ code: 2, err: expect.stringContaining('HF_HUB_OFFLINE') });
});

test('the pictures of a folder, in order, prepared as the setting has it', async () => {
  mkdirSync(at('pictures'));
  const picture = (seed: number) => Uint8Array.from({ length: 40 * 50 * 3 }, (_, i) => (i * seed + (i >> 5)) & 255);
  for (const seed of [10, 9, 2]) await sharp(picture(seed), { raw: { width: 50, height: 40, channels: 3 } }).png().toFile(at(`pictures/f_${seed}.png`));
  writeFileSync(at('pictures/notes.txt'), 'no picture');
  const common = ['taps', '--config', trunk('swinv2', 'config.json'), '--weights', trunk('swinv2', 'weights.safetensors'), '--backend', 'ort-node'];
  const { code, err } = await molt(...common, '--images', at('pictures'), '--output', at('seen.safetensors'), '--batch', '2', '--quiet');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const { tensors, metadata } = must(await readSafetensors(at('seen.safetensors'))());
  expect(metadata.get('items')).toBe('["f_2.png","f_9.png","f_10.png"]');
  const data = new Float32Array(3 * 3 * 32 * 32);
  [2, 9, 10].forEach((seed, i) => data.set(must(pixelsOf(settings.ave, 32)({ width: 50, height: 40, data: picture(seed) })), i * 3 * 32 * 32));
  await molt(...common, '--inputs', await store(at('seen-x.safetensors'), { pixels: { sizes: [3, 3, 32, 32], dtype: 'f32', data } }), '--output', at('seen-y.safetensors'), '--quiet');
  expect(distance(tensors, await load(at('seen-y.safetensors')))).toBeLessThan(1e-5);
  await sharp(picture(2).subarray(0, 3), { raw: { width: 1, height: 1, channels: 3 } }).png().toFile(at('pictures/f_1.png'));
  expect(await molt(...common, '--images', at('pictures'), '--output', at('not.safetensors'))).toMatchObject({ code: 2, err: expect.stringMatching(/f_1\.png\n.*1×1 pixels/) });
  expect(existsSync(at('not.safetensors'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
});

test('Ctrl-C ends between pieces and leaves nothing', async () => {
  const x = await inputs('swinv2', 3);
  const before = process.listenerCount('SIGINT');
  const running = run('swinv2', '--inputs', x, '--output', at('stopped.safetensors'), '--backend', 'ort-node', '--batch', '1');
  const press = setInterval(() => {
    if (process.listenerCount('SIGINT') === before) return;
    clearInterval(press);
    process.listeners('SIGINT').at(-1)?.('SIGINT');
  }, 1);
  const { code, err } = await running;
  clearInterval(press);
  expect({ code, err }).toMatchObject({ code: 130, err: expect.stringMatching(/interrupted: taps\n.*of 6 items/) });
  expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([]);
});

const ffmpeg = `node_modules/@ffmpeg-installer/${process.platform}-${process.arch}/ffmpeg`;

/** A mono sound of 16 bits. */
const wav = (path: string, rate: number, samples: Int16Array): string => {
  const header = Buffer.alloc(44);
  for (const [at, text] of [[0, 'RIFF'], [8, 'WAVEfmt '], [36, 'data']] as const) header.write(text, at);
  for (const [at, number] of [[4, 36 + samples.byteLength], [16, 16], [24, rate], [28, 2 * rate], [40, samples.byteLength]] as const) header.writeUInt32LE(number, at);
  for (const [at, number] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) header.writeUInt16LE(number, at);
  writeFileSync(path, Buffer.concat([header, Buffer.from(samples.buffer)]));
  return path;
};
const tone = (seconds: number): Int16Array => Int16Array.from({ length: seconds * 32000 }, (_, i) => 9000 * Math.sin(i * (0.05 + i * 1e-6)));

test.skipIf(!existsSync(ffmpeg))('a sound: its log-mel spectrogram, and the taps of it (skipped where @ffmpeg-installer has no ffmpeg)', async () => {
  const common = ['--ffmpeg', ffmpeg, '--backend', 'ort-node'];
  const path = wav(at('tone.wav'), 32000, tone(1));
  expect(await run('htsat', '--audio', path, '--output', at('heard.safetensors'), '--quiet', ...common)).toMatchObject({ code: 0, err: '' });
  const heard = await load(at('heard.safetensors'));
  const wanted = logMel({ ...htsatFrontEnd, mels: 16 })(Float32Array.from(tone(1), (x) => x / 32768));
  expect(heard.get('logmel')?.sizes).toEqual([1, 101, 16]);
  wanted.forEach((w, i) => expect(Math.abs((heard.get('logmel')?.data[i] ?? NaN) - w)).toBeLessThan(1e-3));
  await run('htsat', '--inputs', await store(at('heard-x.safetensors'), { logmel: { sizes: [1, 1, 101, 16], dtype: 'f32', data: wanted } }), '--output', at('heard-y.safetensors'), '--backend', 'ort-node', '--quiet');
  const again = await load(at('heard-y.safetensors'));
  expect([...again.keys(), 'logmel'].toSorted()).toEqual([...heard.keys()].toSorted());
  expect(distance(heard, again)).toBeLessThan(1e-4);


  // 4 s are more than the 256 frames that this picture holds: the spectrogram of the whole, cut
  const long = await run('htsat', '--audio', wav(at('long.wav'), 32000, tone(4)), '--output', at('long.safetensors'), ...common);
  expect(long).toMatchObject({ code: 0, err: expect.stringContaining('the first 2.56 s') });
  const cut = (await load(at('long.safetensors'))).get('logmel');
  expect(cut?.sizes).toEqual([1, 256, 16]);
  const all = logMel({ ...htsatFrontEnd, mels: 16 })(Float32Array.from(tone(4), (x) => x / 32768));
  cut?.data.forEach((x, i) => expect(Math.abs(x - (all[i] ?? NaN))).toBeLessThan(1e-3));

  expect(await run('htsat', '--audio', wav(at('short.wav'), 32000, tone(0.01)), '--output', at('no.safetensors'), ...common)).toMatchObject({ code: 2, err: expect.stringMatching(/short\.wav\n.*320 samples/) });
});

const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['no trunk', ['--inputs', 'x', '--similarity'], 2, /no trunk[\s\S]*--config C\.json or --backbone NAME/],
  ['two trunks', ['--config', 'x', '--backbone', 'htsat', '--inputs', 'x', '--similarity'], 2, /--config and --backbone/],
  ['an unknown trunk', ['--backbone', 'swin2-tiny64', '--inputs', 'x', '--similarity'], 2, /did you mean "?'?swinv2-tiny64/],
  ['nothing to run on', ['--backbone', 'htsat', '--similarity'], 2, /one of --inputs X\.safetensors, --images DIR, --audio FILE/],
  ['two things to run on', ['--backbone', 'htsat', '--inputs', 'x', '--audio', 'y', '--similarity'], 2, /several things to run on/],
  ['nothing to make', ['--backbone', 'htsat', '--inputs', 'x'], 2, /nothing to make/],
  ['read and written', ['--backbone', 'htsat', '--inputs', 'x', '--output', './x'], 2, /no other file of this run/],
  ['no weights', ['--backbone', 'swinv2-large-w12-192', '--inputs', 'x', '--similarity'], 2, /no --weights for swinv2-large-w12-192[\s\S]*hf:timm/],
  ['a source of the other kind', ['--backbone', 'htsat-tiny64', '--images', '.', '--similarity'], 2, /--audio FILE/],
  ['sound for a Swin', ['--backbone', 'swinv2-tiny64', '--audio', 'x', '--similarity'], 2, /--images DIR/],
  ['no such file', ['--backbone', 'swinv2-tiny64', '--inputs', 'absent.safetensors', '--similarity'], 2, /absent\.safetensors/],
  ['no ffmpeg', ['--backbone', 'htsat-tiny64', '--audio', 'x.wav', '--ffmpeg', '/absent/ffmpeg', '--similarity'], 3, /apt install ffmpeg/],
  ['a bad number', ['--backbone', 'htsat-tiny64', '--inputs', 'x', '--similarity', '--batch', '0'], 2, /an integer of at least 1/],
];
test.each(refusals)('refused: %s', async (_, words, code, message) => {
  expect(await molt('taps', ...words)).toMatchObject({ code, err: expect.stringMatching(message) });
});

const misfits: readonly (readonly [string, { readonly [name: string]: Value }, RegExp])[] = [
  ['another name', { pixel: f32([1, 3, 32, 32]) }, /given: {2}pixel\n *needed: pixels \[B, 3, 32, 32\][\s\S]*name the tensor pixels/],
  ['the other kind', { logmel: f32([1, 1, 4, 4]) }, /logmel is for the other kind of trunk/],
  ['other sizes', { pixels: f32([2, 3, 64, 64]) }, /pixels \[batch 2, channels 3, height 64, width 64\][\s\S]*needed: pixels \[B, 3, 32, 32\]/],
  ['channels last', { pixels: f32([2, 32, 32, 3]) }, /channels come before height and width/],
  ['no batch', { pixels: f32([3, 32, 32]) }, /an axis of size 1 is missing/],
  ['an empty batch', { pixels: f32([0, 3, 32, 32]) }, /batch 0/],
  ['integers', { pixels: { sizes: [1, 3, 32, 32], dtype: 'i32', data: new Int32Array(3072) } }, /floating-point/],
  ['a NaN', { pixels: f32([3, 3, 32, 32], (i) => (i === 2 * 3072 ? Number.NaN : 0)) }, /NaN/],
];
test.each(misfits)('inputs refused: %s', async (name, tensors, message) => {
  const x = await store(at(`${name.replaceAll(' ', '-')}.safetensors`), tensors);
  expect(await run('swinv2', '--inputs', x, '--output', at('never.safetensors'), '--backend', 'ort-node', '--batch', '2')).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  expect(existsSync(at('never.safetensors'))).toBe(false);
});

test('frames beyond the picture are refused by number', async () => {
  const x = await store(at('long-x.safetensors'), { logmel: f32([1, 1, 257, 16]) });
  expect(await run('htsat', '--inputs', x, '--similarity')).toMatchObject({ code: 2, err: expect.stringMatching(/logmel \[batch 1, channels 1, frames 257, mels 16\][\s\S]*at most 256 frames T[\s\S]*cut the sound/) });
});
