/** The kernel: its bytes are those of its text; a range may be cut anywhere; subnormal moments are 0, NaN is NaN. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { adamWDefaults, scalarsOf } from '../../../dsl/optim/adamw.ts';
import { kernelModule, kernelOn } from '../../../dsl/optim/kernel.ts';
import { node, root } from '../../repo/tree.ts';

const memory = new WebAssembly.Memory({ initial: 1 });
const kernel = kernelOn(kernelModule(), memory);
const at = (from: number, length: number): Float32Array => new Float32Array(memory.buffer, from, length);
const scalars = scalarsOf({ ...adamWDefaults, decay: 0.01 }, 3, 1e-2, 1);

test('the committed bytes are what the assembler makes of the text', () => {
  expect(node(root, ['tools/wasm/build.mjs', '--check'])).toMatchObject({ status: 0, err: '' });
});

test('a sweep in parts is the whole sweep, bit for bit, wherever it is cut; nothing beyond is touched', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 70 }), fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 3 }), fc.integer(), (n, cuts, seed) => {
    const [w, m, v, g] = [0, 400, 800, 1200];
    const start = (base: number): Float32Array => {
      const all = at(base, 400);
      all.set(random.normal(random.key(seed), 400));
      all.subarray(200, 300).forEach((x, i, part) => { part[i] = x * x; });
      return all;
    };
    const whole = start(0);
    kernel.adamw(w, m, v, g, n, ...scalars);
    const parts = start(4000);
    const edges = [0, ...cuts.filter((c) => c < n).sort((a, b) => a - b), n];
    edges.slice(1).forEach((to, i) => {
      const from = edges[i] ?? 0;
      const shift = 4000 + 4 * from;
      kernel.adamw(w + shift, m + shift, v + shift, g + shift, to - from, ...scalars);
    });
    expect(parts).toEqual(whole);
    const fresh = start(8000);
    for (const stream of [0, 100, 200]) expect(whole.subarray(stream + n, stream + 100)).toEqual(fresh.subarray(stream + n, stream + 100));
    expect(whole.subarray(300)).toEqual(fresh.subarray(300));
  }), { seed: 1, numRuns: 100 });
});

test('moments that would be subnormal are 0; a NaN gradient stays visible', () => {
  const set = (w: number, m: number, v: number, g: number): readonly number[] => {
    [w, m, v, g].forEach((x, i) => { at(16 * i, 1)[0] = x; });
    kernel.adamw(0, 16, 32, 48, 1, ...scalars);
    return [0, 16, 32].map((from) => at(from, 1)[0] ?? Number.NaN);
  };
  expect(set(1, 1e-38, 1e-38, 0).slice(1)).toEqual([0, 0]);
  expect(set(1, -1e-38, 1e-38, 0)[1]).toBe(0);
  expect(set(1, 0, 0, Number.NaN)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('squares in double precision', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 50 }), fc.integer(), (n, seed) => {
    const xs = at(0, n);
    xs.set(random.normal(random.key(seed), n));
    const wanted = xs.reduce((sum, x) => sum + x * x, 0);
    expect(Math.abs(kernel.squares(0, n) - wanted)).toBeLessThanOrEqual(1e-14 * wanted);
  }), { seed: 2 });
});
