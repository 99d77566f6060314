/** ONNX Runtime's native engine: every primitive against the reference, memory read and written in place, and nothing left behind. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Backend, Bindings, Program, Value } from '../../../dsl/backend.ts';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { ortNode, profileOrtNode } from '../../../dsl/backends/ort/native/index.ts';
import { libraryPath } from '../../../dsl/backends/ort/native/library.ts';
import type { ElementType, Node } from '../../../dsl/expr.ts';
import { constant, input, parameter } from '../../../dsl/node.ts';
import { planOf } from '../../../dsl/plan.ts';
import { schedule } from '../../../dsl/schedule.ts';
import { agreementLaws } from '../../../proofs/dsl/agrees.ts';
import { testLaws } from '../../proofs/sound.ts';
import { apply, cases, close, none, random } from './cases.ts';

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left));
  return e.right;
};
const library = libraryPath();
const absent = E.isLeft(library) ? library.left.given.join() : undefined;
const backend = async (): Promise<Backend> => right(await ortNode({ threads: 2 })());
const programOf = async (roots: readonly Node[], resident?: ReadonlyMap<string, Value>): Promise<Program> => right(await (await backend()).compile(planOf(roots), resident)());
const f32 = (data: Float32Array | Float64Array, ...sizes: number[]): Value => ({ sizes, dtype: 'f32', data });
const bind = (inputs: { readonly [name: string]: Value }, parameters: { readonly [name: string]: Value } = {}): Bindings => ({ inputs: new Map(Object.entries(inputs)), parameters: new Map(Object.entries(parameters)) });

test.skipIf(absent === undefined)(`ort-node is absent here: ${absent ?? ''}`, async () => {
  expect(await ortNode()()).toMatchObject({ left: { _tag: 'Unsupported' } });
});

describe.skipIf(absent !== undefined)('ort-node', () => {
  test.each(cases)('%s', async (_, root) => {
    const [wanted] = right(evaluate([root], none));
    const program = await programOf([root]);
    const { values: [found], measured } = right(await program.measure(none)());
    program.dispose();
    if (found === undefined || wanted === undefined) throw new Error('no value');
    close(found, wanted);
    expect(measured.leaked).toBe(0);
  });
});

describe.skipIf(absent !== undefined)('laws', async () => {
  if (absent === undefined) testLaws(agreementLaws(await backend()), 60);
});

/** y = relu(x) w, z = -w */
const x = input('x', [8, 16]);
const w = parameter('w', [16, 4]);
const y = apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, apply('map', { fn: 'relu' }, x), w);
const z = apply('map', { fn: 'neg' }, w);
const xs = (): Float32Array => Float32Array.from({ length: 128 }, (_, i) => Math.sin(i));
const ws = (): Float32Array => Float32Array.from({ length: 64 }, (_, i) => Math.cos(i));

describe.skipIf(absent !== undefined)('memory', () => {
  const wanted = right(evaluate([y, z], bind({ x: f32(xs(), 8, 16) }, { w: f32(ws(), 16, 4) })));
  const agree = (found: readonly Value[]): void => wanted.forEach((value, i) => close(found[i] ?? value, value));

  test('outputs are written into their destinations, and the value is that array', async () => {
    const program = await programOf([y, z]);
    const into = [new Float32Array(32), undefined];
    const values = right(await program.run(bind({ x: f32(xs(), 8, 16) }, { w: f32(ws(), 16, 4) }), into)());
    agree(values);
    expect(values[0]?.data).toBe(into[0]);
    program.dispose();
  });

  test('views into the memory of WebAssembly, shared or not, are read and written in place', async () => {
    for (const memory of [new WebAssembly.Memory({ initial: 1 }), new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true })]) {
      const view = (at: number, length: number): Float32Array => new Float32Array(memory.buffer, at, length);
      const [vx, vw, vy] = [view(64, 128), view(4096, 64), view(8192, 32)];
      vx.set(xs());
      vw.set(ws());
      const program = await programOf([y, z]);
      const bindings = bind({ x: f32(vx, 8, 16) }, { w: f32(vw, 16, 4) });
      agree(right(await program.run(bindings, [vy])()));
      expect(Array.from(view(8192, 32))).toEqual(Array.from(right(await program.run(bindings)())[0]?.data ?? []));
      // numbers that change in the same array are seen
      vw.fill(0);
      expect(right(await program.run(bindings, [vy])())[0]?.data).toEqual(new Float32Array(32));
      expect([vy[0], view(8128, 16)[0], view(8192 + 128, 16)[0]]).toEqual([0, 0, 0]);
      program.dispose();
    }
  });

  test('memory that grew is bound anew', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 64 });
    const program = await programOf([z]);
    for (let i = 0; i < 4; i += 1) {
      const view = new Float32Array(memory.buffer, 0, 64);
      view.fill(i);
      expect(right(await program.run(bind({}, { w: f32(view, 16, 4) }))())[0]?.data).toEqual(new Float32Array(64).fill(-i));
      memory.grow(8);
    }
    program.dispose();
  });

  test('small arrays, which V8 keeps among its own objects, stay where they are during a run', async () => {
    const a = input('a', [2]);
    const program = await programOf([apply('map', { fn: 'neg' }, a)]);
    for (let i = 0; i < 50; i += 1) {
      const [from, to] = [Float32Array.of(i, 2 * i), new Float32Array(2)];
      const running = program.run(bind({ a: f32(from, 2) }), [to])();
      for (let j = 0; j < 1000; j += 1) new Float32Array(8).fill(j);
      globalThis.gc?.();
      expect(right(await running)[0]?.data).toBe(to);
      expect(Array.from(to)).toEqual([-i, -2 * i]);
    }
    program.dispose();
  });

  test('a destination that is also read, or wanted twice, holds the output as a copy would', async () => {
    const program = await programOf([y, z, w]);
    const [data, twice] = [ws(), new Float32Array(64)];
    const values = right(await program.run(bind({ x: f32(xs(), 8, 16) }, { w: f32(data, 16, 4) }), [undefined, data, twice])());
    agree(values);
    expect(values[1]?.data).toBe(data);
    expect(Array.from(twice)).toEqual(Array.from(ws()));
    const buffer = new Float32Array(96);
    const overlapping = right(await program.run(bind({ x: f32(xs(), 8, 16) }, { w: f32(ws(), 16, 4) }), [undefined, buffer.subarray(0, 64), buffer.subarray(32)])());
    expect(Array.from(overlapping[2]?.data ?? [])).toEqual(Array.from(ws()));
    program.dispose();
  });

  test('resident parameters need no binding; equal models share a session until the last is disposed', async () => {
    const engine = await backend();
    const resident = new Map([['w', f32(ws(), 16, 4)]]);
    const [a, b] = [right(await engine.compile(planOf([y, z]), resident)()), right(await engine.compile(planOf([y, z]), resident)())];
    agree(right(await a.run(bind({ x: f32(xs(), 8, 16) }))()));
    a.dispose();
    agree(right(await b.run(bind({ x: f32(xs(), 8, 16) }))()));
    b.dispose();
  });

  test('large resident weights, and those in double precision', async () => {
    const [v, u] = [parameter('v', [300, 300]), input('u', [2, 300])];
    const root = apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, u, v);
    const data = Float64Array.from({ length: 90_000 }, (_, i) => Math.sin(i));
    const given = f32(Float64Array.from({ length: 600 }, (_, i) => Math.cos(i)), 2, 300);
    const [reference] = right(evaluate([root], bind({ u: given }, { v: f32(data, 300, 300) })));
    for (const numbers of [data, Float32Array.from(data)]) {
      const program = await programOf([root], new Map([['v', f32(numbers, 300, 300)]]));
      const [found] = right(await program.run(bind({ u: given }))());
      if (found === undefined || reference === undefined) throw new Error('no value');
      close(found, reference, 1e-5);
      program.dispose();
    }
  });

  test('runs wait for each other, disposing waits for them, and then none starts', async () => {
    const program = await programOf([y, z]);
    const bindings = bind({ x: f32(xs(), 8, 16) }, { w: f32(ws(), 16, 4) });
    const running = [program.run(bindings)(), program.run(bindings)(), program.run(bindings)()];
    program.dispose();
    program.dispose();
    for (const one of running) agree(right(await one));
    expect(await program.run(bindings)()).toMatchObject({ left: { _tag: 'Defect', given: ['a program that was disposed'] } });
  });

  test('the event loop goes on during a run', async () => {
    const [a, b] = [input('a', [600, 600]), input('b', [600, 600])];
    const program = await programOf([apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, a, b)]);
    const value = f32(new Float32Array(360_000).fill(1), 600, 600);
    let turns = 0;
    const timer = setInterval(() => { turns += 1; }, 0);
    for (let i = 0; i < 10; i += 1) right(await program.run(bind({ a: value, b: value }))());
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    program.dispose();
  });

  test('products on one thread, whose kernels work on the stack of the call', async () => {
    const [a, b] = [input('a', [40, 64, 300]), input('b', [40, 300, 500])];
    const program = right(await right(await ortNode({ threads: 1 })()).compile(planOf([apply('einsum', { inputs: [[0, 1, 2], [0, 2, 3]], output: [0, 1, 3] }, a, b)]))());
    const ones = (...sizes: number[]): Value => f32(new Float32Array(sizes.reduce((m, n) => m * n)).fill(1), ...sizes);
    const [found] = right(await program.run(bind({ a: ones(40, 64, 300), b: ones(40, 300, 500) }))());
    expect(found?.data.every((v) => v === 300)).toBe(true);
    program.dispose();
  });

  test('a profile names the operations, with the times of a run', async () => {
    const found = right(await profileOrtNode(planOf([y, z]), bind({ x: f32(xs(), 8, 16) }, { w: f32(ws(), 16, 4) }), { threads: 1 })());
    expect(found.map(({ operator }) => operator)).toEqual(expect.arrayContaining(['MatMul', 'Relu']));
    expect(found.every(({ name, time }) => /^\/\w+:/.test(name) && time >= 0)).toBe(true);
  });

  test('200 times compiled, run and disposed: resident memory stays flat', async () => {
    const engine = await backend();
    const big = parameter('big', [256, 256]);
    const root = apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, input('a', [256, 256]), big);
    const value = f32(new Float32Array(65_536).fill(1), 256, 256);
    const cycle = async (i: number): Promise<void> => {
      const program = right(await engine.compile(planOf([root, apply('map', { fn: 'exp' }, constant(Float32Array.of(i), [1]))]), new Map([['big', value]]))());
      right(await program.run(bind({ a: value }))());
      program.dispose();
    };
    for (let i = 0; i < 40; i += 1) await cycle(i);
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 200; i += 1) await cycle(i);
    globalThis.gc?.();
    // a session of this model holds 0.75 MB: 200 of them would be 150 MB
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 2 ** 20);
  }, 60_000);
});

describe.skipIf(absent !== undefined)('faults', () => {
  test('leaf faults name the leaf', async () => {
    const program = await programOf([input('x', [2]), parameter('a.w', [3])]);
    const value = (dtype: ElementType, data: Value['data']): Value => ({ dtype, sizes: [data.length], data });
    const run = async (inputs: { readonly [name: string]: Value }, parameters: { readonly [name: string]: Value }): Promise<unknown> => program.run(bind(inputs, parameters))();
    const good = value('f32', Float32Array.of(1, 2));
    expect(await run({}, {})).toMatchObject({ left: { _tag: 'Name', where: "input 'x'", needed: 'f32 [2] bound under this name' } });
    expect(await run({ x: good }, { 'a.w': good })).toMatchObject({ left: { _tag: 'Shape', where: "parameter 'a.w'", given: ['f32 [2]'], needed: 'f32 [3]' } });
    expect(await run({ x: value('i32', Int32Array.of(1, 2)) }, {})).toMatchObject({ left: { _tag: 'Decode', where: "input 'x'" } });
    program.dispose();
  });

  test('a destination of another length, before anything runs', async () => {
    const program = await programOf([z]);
    expect(await program.run(bind({}, { w: f32(ws(), 16, 4) }), [new Float32Array(3)])()).toMatchObject({ left: { _tag: 'Shape', where: 'destinations', given: ['output 0: 3 numbers for f32 [16, 4]'] } });
    program.dispose();
  });

  test('an index out of bounds names the operation and leaves nothing; the next run works', async () => {
    const ids = input('ids', [2], 'i32');
    const program = await programOf([apply('gather', {}, apply('map', { fn: 'neg' }, random([3, 2])), ids)]);
    const at = (...i: number[]): Bindings => bind({ ids: { sizes: [2], dtype: 'i32', data: Int32Array.from(i) } });
    expect(await program.run(at(0, 3))()).toMatchObject({ left: { _tag: 'Decode', where: 'ort-node', given: [expect.stringContaining('/gather')] } });
    expect(E.isRight(await program.run(at(0, 2))())).toBe(true);
    program.dispose();
  });

  test('what ONNX cannot say is a fault of compiling', async () => {
    const trace = apply('einsum', { inputs: [[0, 0]], output: [] }, random([3, 3]));
    expect(await (await backend()).compile(schedule([trace]))()).toMatchObject({ left: { _tag: 'Unsupported', where: expect.stringContaining('einsum') } });
  });

  test('memory that is not there is a fault, not a crash', async () => {
    const wide = apply('broadcast', { sizes: [2 ** 20, 2 ** 22] }, apply('map', { fn: 'exp' }, input('n', [1, 1])));
    const program = right(await (await backend()).compile(schedule([apply('max', {}, wide)]))());
    expect(await program.run(bind({ n: f32(Float32Array.of(1), 1, 1) }))()).toMatchObject({ left: { _tag: 'Memory' } });
    program.dispose();
  });

  test('a device or a number of threads that is not there', async () => {
    expect(await ortNode({ threads: 0 })()).toMatchObject({ left: { _tag: 'Usage', given: ['threads: 0'] } });
    const cuda = await ortNode({ device: 'cuda' })();
    expect(E.isRight(cuda) ? cuda.right.name : cuda.left).toSatisfy((found) => found === 'ort-node-cuda' || found._tag === 'Unsupported');
  });

  test('a platform without a library is named', () => {
    expect(libraryPath('sunos', 'sparc')).toMatchObject({ left: { _tag: 'Unsupported', given: ['onnxruntime-node has no library for sunos sparc'] } });
  });
});
