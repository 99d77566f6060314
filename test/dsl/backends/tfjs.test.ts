/** Every primitive on tfjs, against the reference; and that nothing is left behind. */
import * as tf from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Backend, Bindings, Program, Value } from '../../../dsl/backend.ts';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import type { ElementType, Node, Sizes } from '../../../dsl/expr.ts';
import { constant, input, parameter } from '../../../dsl/node.ts';
import { schedule } from '../../../dsl/schedule.ts';
import { apply, cases, close, none, random } from './cases.ts';

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left));
  return e.right;
};
const backends: { readonly [D in 'wasm' | 'cpu']: Promise<E.Either<unknown, Backend>> } = { wasm: tfjs('wasm')(), cpu: tfjs('cpu')() };
const programOf = async (device: 'wasm' | 'cpu', roots: readonly Node[], resident?: ReadonlyMap<string, Value>): Promise<Program> => right(await right(await backends[device]).compile(schedule(roots), resident)());

describe.each(['wasm', 'cpu'] as const)('on %s', (device) => {
  test.each(cases)('%s', async (_, root) => {
    const [wanted] = right(evaluate([root], none));
    const program = await programOf(device, [root]);
    const before = tf.memory();
    const [found] = right(await program.run(none)());
    const after = tf.memory();
    if (found === undefined || wanted === undefined) throw new Error('no value');
    close(found, wanted);
    expect([after.numTensors, after.numBytes, after.numDataBuffers]).toEqual([before.numTensors, before.numBytes, before.numDataBuffers]);
  });

  test('measures what the plan predicts, leaks nothing, and runs again', async () => {
    const x = input('x', [8, 16]);
    const w = parameter('w', [16, 4]);
    const y = apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, apply('map', { fn: 'relu' }, x), w);
    const plan = schedule([apply('reshape', { sizes: [32] }, apply('map', { fn: 'exp' }, y)), y]);
    const program = right(await right(await backends[device]).compile(plan)());
    const bindings: Bindings = {
      inputs: new Map([['x', { sizes: [8, 16], dtype: 'f32' as const, data: new Float32Array(128).fill(0.5) }]]),
      parameters: new Map([['w', { sizes: [16, 4], dtype: 'f32' as const, data: new Float64Array(64).fill(0.25) }]]),
    };
    const first = right(await program.measure(bindings)());
    expect(first.measured).toEqual({ peakBytes: plan.peakBytes, leaked: 0 });
    const again = right(await program.run(bindings)());
    expect(again).toEqual(first.values);
    expect(Array.from(again[1]?.data ?? [])).toEqual(Array.from({ length: 32 }, () => 2));
  });

  test('resident parameters need no binding and go with the program', async () => {
    const w = parameter('w', [2, 2]);
    const before = tf.memory().numTensors;
    const program = await programOf(device, [w, apply('map', { fn: 'neg' }, w)], new Map([['w', { sizes: [2, 2], dtype: 'f32', data: Float32Array.of(1, 2, 3, 4) }]]));
    expect(tf.memory().numTensors).toBe(before + 2);
    for (let i = 0; i < 2; i += 1) {
      const [own, negated] = right(await program.run(none)());
      expect(Array.from(own?.data ?? [])).toEqual([1, 2, 3, 4]);
      expect(Array.from(negated?.data ?? [])).toEqual([-1, -2, -3, -4]);
    }
    program.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what depends on resident parameters alone is made once, and only what a run reads of it is kept', async () => {
    const w = parameter('w', [4, 3]);
    const turned = apply('permute', { axes: [1, 0] }, apply('zip', { fn: 'mul' }, w, constant(Float32Array.of(2), [1, 1])));
    const wide = apply('broadcast', { sizes: [2, 3, 4] }, apply('reshape', { sizes: [1, 3, 4] }, turned));
    const y = apply('zip', { fn: 'add' }, input('x', [2, 3, 4]), wide);
    const plan = schedule([y]);
    const weights = new Map([['w', { sizes: [4, 3], dtype: 'f32' as const, data: Float32Array.from({ length: 12 }, (_, i) => i) }]]);
    const bindings = { inputs: new Map([['x', { sizes: [2, 3, 4], dtype: 'f32' as const, data: new Float32Array(24).fill(1) }]]), parameters: new Map() };
    const before = tf.memory();
    const program = right(await right(await backends[device]).compile(plan, weights)());
    expect([tf.memory().numTensors - before.numTensors, tf.memory().numBytes - before.numBytes]).toEqual([1, 48]);
    const { values, measured } = right(await program.measure(bindings)());
    expect(values[0]?.data.slice(0, 12)).toEqual(Float32Array.from({ length: 12 }, (_, i) => 1 + 2 * (Math.floor(i / 4) + 3 * (i % 4))));
    expect(measured.leaked).toBe(0);
    expect(measured.peakBytes).toBe(48 + 3 * 96);
    program.dispose();
    expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([before.numTensors, before.numBytes]);
  });

  test('leaf faults name the leaf', async () => {
    const program = await programOf(device, [input('x', [2]), parameter('a.w', [3])]);
    const value = (dtype: ElementType, sizes: Sizes, data: Value['data']): Value => ({ dtype, sizes, data });
    const run = async (x: Value | undefined, w: Value | undefined): Promise<unknown> => {
      const result = await program.run({ inputs: new Map(x === undefined ? [] : [['x', x]]), parameters: new Map(w === undefined ? [] : [['a.w', w]]) })();
      return E.isLeft(result) ? result.left : undefined;
    };
    const good = value('f32', [2], Float32Array.of(1, 2));
    expect(await run(undefined, undefined)).toMatchObject({ _tag: 'Name', where: "input 'x'", needed: 'f32 [2] bound under this name' });
    expect(await run(good, undefined)).toMatchObject({ _tag: 'Name', where: "parameter 'a.w'" });
    expect(await run(good, good)).toMatchObject({ _tag: 'Shape', where: "parameter 'a.w'", given: ['f32 [2]'], needed: 'f32 [3]' });
    expect(await run(value('i32', [2], Int32Array.of(1, 2)), good)).toMatchObject({ _tag: 'Decode', where: "input 'x'", given: ['i32 [2]'], needed: 'f32 [2]' });
  });

  test('an index out of bounds is a fault and leaves nothing', async () => {
    const program = await programOf(device, [apply('gather', {}, apply('map', { fn: 'neg' }, random([3, 2])), input('ids', [2], 'i32'))]);
    const before = tf.memory().numTensors;
    const result = await program.run({ inputs: new Map([['ids', { sizes: [2], dtype: 'i32', data: Int32Array.of(0, 3) }]]), parameters: new Map() })();
    expect(E.isLeft(result)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what has no kernel is reported before running, all of it', async () => {
    const trace = apply('einsum', { inputs: [[0, 0]], output: [] }, random([3, 3]));
    const outer = apply('einsum', { inputs: [[0], [1]], output: [0, 1] }, random([3]), random([2]));
    const result = await right(await backends[device]).compile(schedule([trace, outer]))();
    expect(E.isLeft(result) && result.left).toMatchObject({ _tag: 'Unsupported', given: [expect.stringContaining('einsum f32 []'), expect.stringContaining('einsum f32 [3, 2]')] });
  });
});

test('two devices may take turns in one process', async () => {
  const root = apply('softmax', {}, random([4, 5]));
  const [a, b] = [await programOf('wasm', [root]), await programOf('cpu', [root])];
  const results = await Promise.all([a.run(none)(), b.run(none)(), a.run(none)(), b.run(none)()]);
  const [wanted] = right(evaluate([root], none));
  for (const result of results) {
    const [found] = right(result);
    if (found === undefined || wanted === undefined) throw new Error('no value');
    close(found, wanted);
  }
});

test('a plan larger than the WebAssembly heap is refused', async () => {
  const result = await right(await backends.wasm).compile({ ...schedule([random([2])]), peakBytes: 3.8 * 2 ** 30 })();
  expect(E.isLeft(result) && result.left).toMatchObject({ _tag: 'Memory' });
});

test.each(['node', 'node-gpu', 'webgpu'] as const)('%s is named when it is absent', async (device) => {
  const result = await tfjs(device)();
  if (E.isRight(result)) return;
  expect(result.left).toMatchObject({ _tag: 'Unsupported', where: `backend tfjs-${device}` });
});
