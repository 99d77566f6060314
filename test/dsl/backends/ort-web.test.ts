/** ONNX Runtime's WebAssembly engine, against the reference; and that nothing is left behind. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Bindings, Program, Value } from '../../../dsl/backend.ts';
import { type Engine, engineOf } from '../../../dsl/backends/ort/web/engine.ts';
import { type OrtWeb, ortWeb } from '../../../dsl/backends/ort/web/index.ts';
import { load } from '../../../dsl/backends/ort/web/module.ts';
import { compile } from '../../../dsl/backends/ort/web/program.ts';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import type { ElementType, Node, Sizes } from '../../../dsl/expr.ts';
import { input, parameter } from '../../../dsl/node.ts';
import { planOf } from '../../../dsl/plan.ts';
import { agreementLaws } from '../../../proofs/dsl/agrees.ts';
import { testLaws } from '../../proofs/sound.ts';
import { apply, cases, close, none, random } from './cases.ts';

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left));
  return e.right;
};
const engines = { 1: right(await ortWeb({ threads: 1 })()), 2: right(await ortWeb({ threads: 2 })()) } as const;
const programOf = async (backend: OrtWeb, roots: readonly Node[], resident?: ReadonlyMap<string, Value>): Promise<Program> => right(await backend.compile(planOf(roots), resident)());
const floats = (sizes: Sizes, data: Value['data']): Value => ({ dtype: 'f32', sizes, data });
const binding = (inputs: Readonly<Record<string, Value>>, parameters: Readonly<Record<string, Value>> = {}): Bindings => ({ inputs: new Map(Object.entries(inputs)), parameters: new Map(Object.entries(parameters)) });
const numbers = (value: Value | undefined): readonly number[] => Array.from(value?.data ?? []);

describe.each([1, 2] as const)('with %s threads', (threads) => {
  const backend = engines[threads];
  testLaws(agreementLaws(backend), 60);

  test.each(cases)('%s', async (_, root) => {
    const [wanted] = right(evaluate([root], none));
    const program = await programOf(backend, [root]);
    const { values: [found], measured } = right(await program.measure(none)());
    program.dispose();
    if (found === undefined || wanted === undefined) throw new Error('no value');
    close(found, wanted);
    expect(measured.leaked).toBe(0);
  });

  test('a large product', async () => {
    const program = await programOf(backend, [apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, input('x', [300, 500]), parameter('w', [500, 200]))]);
    const [found] = right(await program.run(binding({ x: floats([300, 500], new Float32Array(150_000).fill(0.5)) }, { w: floats([500, 200], new Float32Array(100_000).fill(0.25)) }))());
    expect(new Set(numbers(found))).toEqual(new Set([62.5]));
    program.dispose();
  });
});

const backend = engines[2];
const x = input('x', [2, 3]);
const w = parameter('w', [3, 2]);
const product = apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, x, w);
const xs = floats([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
const ws = floats([3, 2], Float32Array.of(1, 0, 0, 1, 1, 1));
const wanted = [4, 5, 10, 11];

test('double precision may be bound, and a program runs again', async () => {
  const program = await programOf(backend, [product, w]);
  const first = right(await program.run(binding({ x: xs }, { w: floats([3, 2], Float64Array.from(ws.data)) }))());
  expect(numbers(first[0])).toEqual(wanted);
  expect(numbers(first[1])).toEqual(numbers(ws));
  expect(right(await program.run(binding({ x: xs }, { w: ws }))())).toEqual(first);
  program.dispose();
});

test('resident parameters need no binding, and stay what they were', async () => {
  const own = Float32Array.from(ws.data);
  const program = await programOf(backend, [product, w], new Map([['w', floats([3, 2], own)]]));
  own.fill(0);
  const [found, kept] = right(await program.run(binding({ x: xs }))());
  expect([numbers(found), numbers(kept)]).toEqual([wanted, numbers(ws)]);
  const other = await programOf(backend, [product, w], new Map([['w', floats([3, 2], own)]]));
  expect(numbers(right(await other.run(binding({ x: xs }))())[0])).toEqual([0, 0, 0, 0]);
  program.dispose();
  other.dispose();
});

test('large resident weights', async () => {
  const big = parameter('big', [700, 600]);
  const data = Float32Array.from({ length: 420_000 }, (_, i) => (i % 13) - 6);
  const program = await programOf(backend, [apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, input('x', [1, 700]), big), big], new Map([['big', floats([700, 600], data)]]));
  const [found, kept] = right(await program.run(binding({ x: floats([1, 700], new Float32Array(700).fill(1)) }))());
  expect(kept?.data).toEqual(data);
  expect(numbers(found).slice(0, 3)).toEqual([0, 1, 2].map((j) => Array.from({ length: 700 }, (_, i) => data[600 * i + j] ?? 0).reduce((a, b) => a + b, 0)));
  program.dispose();
});

test('outputs are written where they are wanted', async () => {
  const program = await programOf(backend, [product, apply('map', { fn: 'neg' }, product), x]);
  const [own, memory] = [new Float32Array(4), right(backend.memory.floats(4))];
  const values = right(await program.run(binding({ x: xs }, { w: ws }), [own, memory])());
  expect([values[0]?.data === own, values[1]?.data === memory]).toEqual([true, true]);
  expect([Array.from(own), Array.from(memory), numbers(values[2])]).toEqual([wanted, wanted.map((n) => -n), numbers(xs)]);
  expect(await program.run(binding({ x: xs }, { w: ws }), [new Float32Array(3)])()).toMatchObject({ left: { _tag: 'Shape', where: 'destinations', given: ['output 0: 3 numbers for f32 [2, 2]'] } });
  backend.memory.give(memory);
  program.dispose();
});

test('arrays in the memory of the engine are bound as they are, also when it has grown, and may be input and destination at once', async () => {
  const rows = 3000;
  const weights = parameter('v', [rows, 100]);
  const program = await programOf(backend, [apply('zip', { fn: 'add' }, weights, weights), apply('map', { fn: 'neg' }, weights)]);
  const array = right(backend.memory.floats(rows * 100)).fill(1);
  const growth = right(backend.memory.floats(40 * 2 ** 20));
  const later = right(backend.memory.floats(rows * 100));
  const bindings = binding({}, { v: floats([rows, 100], array) });
  const copied = right(await program.measure(bindings)()).measured;
  const values = right(await program.run(bindings, [array, later])());
  expect([new Set(array), new Set(later)]).toEqual([new Set([2]), new Set([-1])]);
  expect([values[0]?.data === array, values[1]?.data === later, copied.leaked]).toEqual([true, true, 0]);
  // one place for two outputs: the last one stays, nothing is torn
  right(await program.run(bindings, [later, later])());
  expect(new Set(later)).toEqual(new Set([-2]));
  for (const one of [array, growth, later]) backend.memory.give(one);
  program.dispose();
});

test('a plan without outputs has none', async () => {
  const program = await programOf(backend, []);
  expect(await program.run(none)()).toEqual(E.right([]));
  program.dispose();
});

test('leaf faults name the leaf', async () => {
  const program = await programOf(backend, [input('a', [2]), parameter('a', [3])]);
  const value = (dtype: ElementType, sizes: Sizes, data: Value['data']): Value => ({ dtype, sizes, data });
  const run = async (inputs: Readonly<Record<string, Value>>, parameters: Readonly<Record<string, Value>>): Promise<unknown> => {
    const result = await program.run(binding(inputs, parameters))();
    return E.isLeft(result) ? result.left : undefined;
  };
  const [a, v] = [value('f32', [2], Float32Array.of(1, 2)), value('f32', [3], Float32Array.of(1, 2, 3))];
  expect(await run({}, {})).toMatchObject({ _tag: 'Name', where: "input 'a'", needed: 'f32 [2] bound under this name' });
  expect(await run({ a }, { a })).toMatchObject({ _tag: 'Shape', where: "parameter 'a'", given: ['f32 [2]'], needed: 'f32 [3]' });
  expect(await run({ a: value('i32', [2], Int32Array.of(1, 2)) }, { a: v })).toMatchObject({ _tag: 'Decode', where: "input 'a'", given: ['i32 [2]'], needed: 'f32 [2]' });
  expect(await run({ a }, { a: v })).toBeUndefined();
  program.dispose();
});

test('an index out of bounds is a fault, and the engine goes on', async () => {
  const program = await programOf(backend, [apply('gather', {}, apply('map', { fn: 'neg' }, random([3, 2])), input('ids', [2], 'i32'))]);
  const ids = (...of: number[]): Bindings => binding({ ids: { sizes: [2], dtype: 'i32', data: Int32Array.from(of) } });
  expect(await program.run(ids(0, 3))()).toMatchObject({ left: { _tag: 'Decode' } });
  expect(right(await program.measure(ids(0, 2))()).measured.leaked).toBe(0);
  program.dispose();
});

test('a program that was disposed says so; disposing twice is once', async () => {
  const [program, twin] = [await programOf(backend, [product]), await programOf(backend, [product])];
  program.dispose();
  program.dispose();
  expect(await program.run(binding({ x: xs }, { w: ws }))()).toMatchObject({ left: { _tag: 'Defect', where: 'ort-web' } });
  expect(numbers(right(await twin.run(binding({ x: xs }, { w: ws }))())[0])).toEqual(wanted);
  twin.dispose();
});

test('200 times compiled, run and disposed: the memory does not grow', async () => {
  const w = parameter('w', [400, 400]);
  const plan = planOf([apply('softmax', {}, apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, input('x', [400, 400]), w))]);
  const data = new Float32Array(160_000).fill(0.01);
  const size = (): number => backend.memory.memory.buffer.byteLength;
  let after = 0;
  for (let i = 0; i < 200; i += 1) {
    data[i] = i;
    const program = right(await backend.compile(plan, new Map([['w', floats([400, 400], data)]]))());
    expect(right(await program.measure(binding({ x: floats([400, 400], data) }))()).measured.leaked).toBe(0);
    program.dispose();
    if (i === 10) after = size();
  }
  expect(size()).toBe(after);
});

describe('memory', () => {
  const giant = apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, input('a', [32_768, 1]), input('b', [1, 32_768]));

  test('what cannot fit is refused before it runs', async () => {
    expect(await backend.compile(planOf([giant]))()).toMatchObject({ left: { _tag: 'Memory', where: 'ort-web' } });
    expect(backend.memory.floats(2 ** 30)).toMatchObject({ left: { _tag: 'Memory' } });
  });

  test('an allocation that fails is a fault, and the next run works', async () => {
    const engine = engineOf(right(await load({ threads: 2 })()));
    const unguarded: Engine = { ...engine, room: () => E.right(undefined) };
    const plan = planOf([apply('zip', { fn: 'mul' }, input('a', [32_000, 1]), input('b', [1, 32_000]))]);
    const program = right(await compile(unguarded, plan, new Map())());
    const held = engine.heap.take(2 ** 29);
    const live = engine.heap.live();
    const bindings = binding({ a: floats([32_000, 1], new Float32Array(32_000)), b: floats([1, 32_000], new Float32Array(32_000)) });
    expect(await program.run(bindings)()).toMatchObject({ left: { _tag: 'Memory', where: 'ort-web' } });
    expect(engine.heap.live()).toBe(live);
    expect(() => engine.heap.take(2 ** 32 - 2 ** 20)).toThrow('not enough memory');
    engine.heap.give(held);
    const good = right(await compile(engine, planOf([product]), new Map())());
    expect(numbers(right(await good.run(binding({ x: xs }, { w: ws }))())[0])).toEqual(wanted);
  });
});

test('a number of threads that is none', async () => {
  expect(await ortWeb({ threads: 0 })()).toMatchObject({ left: { _tag: 'Usage' } });
});

test('beside tfjs in one process', async () => {
  const other = right(await tfjs('wasm')());
  const root = apply('softmax', {}, random([40, 50]));
  const programs = [await programOf(backend, [root]), right(await other.compile(planOf([root]))()), await programOf(engines[1], [root])];
  const [reference] = right(evaluate([root], none));
  for (const result of await Promise.all([...programs, ...programs].map((program) => program.run(none)()))) {
    const [found] = right(result);
    if (found === undefined || reference === undefined) throw new Error('no value');
    close(found, reference);
  }
  programs.forEach((program) => program.dispose());
});
