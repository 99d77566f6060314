/** The reference backend on cases small enough to check by hand. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Bindings } from '../../../dsl/backend.ts';
import { evaluate, reference } from '../../../dsl/backends/reference/index.ts';
import { elements, type Data, type ElementType, type LogicFn, type MapFn, type Node, type Params, type Primitive, type Sizes, type ZipFn } from '../../../dsl/expr.ts';
import { constant, fill, input, node, parameter } from '../../../dsl/node.ts';
import { schedule } from '../../../dsl/schedule.ts';

const none: Bindings = { inputs: new Map(), parameters: new Map() };
const f32 = (sizes: Sizes, ...xs: number[]): Node => constant(Float64Array.from(xs), sizes);
const i32 = (sizes: Sizes, ...xs: number[]): Node => constant(Int32Array.from(xs), sizes, 'i32');
const bool = (sizes: Sizes, ...xs: number[]): Node => constant(Uint8Array.from(xs), sizes, 'bool');
const iota = (...sizes: number[]): Node => f32(sizes, ...Array.from({ length: elements(sizes) }, (_, i) => i));

const valueOf = (root: Node, bindings: Bindings = none): Data => {
  const result = evaluate([root], bindings);
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  const [value] = result.right;
  if (value === undefined) throw new Error('no value');
  expect(value.sizes).toEqual(root.sizes);
  expect(value.dtype).toBe(root.dtype);
  return value.data;
};
const apply = <P extends Primitive>(primitive: P, params: Params[P], ...operands: Node[]): number[] => Array.from(valueOf(node(primitive, params, operands)));
const map = (fn: MapFn, ...xs: number[]): number[] => apply('map', { fn }, f32([xs.length], ...xs));

describe('einsum', () => {
  test('matrix product', () => expect(apply('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, f32([2, 2], 1, 2, 3, 4), f32([2, 2], 5, 6, 7, 8))).toEqual([19, 22, 43, 50]));
  test('axes may come in any order', () => expect(apply('einsum', { inputs: [[1, 0], [2, 1]], output: [2, 0] }, f32([2, 2], 1, 3, 2, 4), f32([2, 2], 5, 7, 6, 8))).toEqual([19, 43, 22, 50]));
  test('sums over axes', () => expect(apply('einsum', { inputs: [[0, 1]], output: [1] }, iota(2, 3))).toEqual([3, 5, 7]));
  test('to a scalar', () => expect(apply('einsum', { inputs: [[0, 1]], output: [] }, iota(2, 3))).toEqual([15]));
  test('a repeated axis takes the diagonal', () => expect(apply('einsum', { inputs: [[0, 0]], output: [0] }, iota(3, 3))).toEqual([0, 4, 8]));
  test('a repeated axis that is summed is a trace', () => expect(apply('einsum', { inputs: [[0, 0]], output: [] }, iota(3, 3))).toEqual([12]));
  test('outer product', () => expect(apply('einsum', { inputs: [[0], [1]], output: [1, 0] }, f32([2], 1, 2), f32([3], 3, 4, 5))).toEqual([3, 6, 4, 8, 5, 10]));
  test('three operands', () => expect(apply('einsum', { inputs: [[0], [0, 1], [1]], output: [] }, f32([2], 1, 2), f32([2, 2], 1, 2, 3, 4), f32([2], 5, 6))).toEqual([5 + 12 + 30 + 48]));
  test('an operand may have no axes', () => expect(apply('einsum', { inputs: [[], [0]], output: [0] }, f32([], 3), f32([2], 1, 2))).toEqual([3, 6]));
});

describe('elementwise', () => {
  const exact: { readonly [F in MapFn]?: readonly [readonly number[], readonly number[]] } = {
    neg: [[1, -2], [-1, 2]], sqrt: [[4, 9], [2, 3]], rsqrt: [[4, 0.25], [0.5, 2]], reciprocal: [[2, -4], [0.5, -0.25]], square: [[-3, 2], [9, 4]],
    abs: [[-3, 2], [3, 2]], sign: [[-3, 0, 2], [-1, 0, 1]], relu: [[-3, 0, 2], [0, 0, 2]], floor: [[-1.5, 1.5], [-2, 1]], exp: [[0], [1]], log: [[1], [0]],
    tanh: [[0], [0]], sigmoid: [[0], [0.5]], sin: [[0], [0]], cos: [[0], [1]], erf: [[0, Infinity, -Infinity], [0, 1, -1]],
  };
  test.each(Object.entries(exact))('%s', (fn, [given, wanted]) => {
    const found = Object.keys(exact).find((k): k is MapFn => k === fn);
    expect(found === undefined ? [] : map(found, ...given)).toEqual(wanted);
  });
  test('erf to double precision', () => {
    // Abramowitz & Stegun, table 7.1, and to 16 digits by arbitrary-precision arithmetic
    const table = [[0.1, 0.1124629160182849], [0.5, 0.5204998778130465], [1, 0.8427007929497149], [2, 0.9953222650189527], [2.4, 0.9993114861033549], [2.6, 0.9997639655834707], [3, 0.9999779095030014], [4, 0.9999999845827421]] as const;
    for (const [x, y] of table) {
      expect(Math.abs(map('erf', x)[0] ?? NaN - y)).toBeGreaterThan(0);
      expect(Math.abs((map('erf', x)[0] ?? NaN) - y)).toBeLessThan(4e-16);
      expect(map('erf', -x)).toEqual(map('erf', x).map((v) => -v));
    }
  });
  const zips: { readonly [F in ZipFn]: readonly number[] } = { add: [5, 0], sub: [1, -4], mul: [6, -4], div: [1.5, -1], max: [3, 2], min: [2, -2], pow: [9, 4] };
  test.each(Object.entries(zips))('%s', (fn, wanted) => {
    const found = Object.keys(zips).find((k): k is ZipFn => k === fn);
    expect(found === undefined ? [] : apply('zip', { fn: found }, f32([2], 3, -2), f32([2], 2, 2))).toEqual(wanted);
  });
  test('axes of size 1 stretch', () => expect(apply('zip', { fn: 'add' }, f32([2, 1], 10, 20), f32([1, 3], 1, 2, 3))).toEqual([11, 12, 13, 21, 22, 23]));
  test('compare', () => {
    expect(apply('compare', { fn: 'less' }, f32([3], 1, 2, 3), f32([1], 2))).toEqual([1, 0, 0]);
    expect(apply('compare', { fn: 'lessEqual' }, f32([3], 1, 2, 3), f32([1], 2))).toEqual([1, 1, 0]);
    expect(apply('compare', { fn: 'equal' }, i32([3], 1, 2, 3), i32([1], 2))).toEqual([0, 1, 0]);
  });
  const logics: { readonly [F in LogicFn]: readonly number[] } = { and: [1, 0, 0, 0], or: [1, 1, 1, 0], xor: [0, 1, 1, 0] };
  test.each(Object.entries(logics))('logic %s', (fn, wanted) => {
    const found = Object.keys(logics).find((k): k is LogicFn => k === fn);
    expect(found === undefined ? [] : apply('logic', { fn: found }, bool([4], 1, 1, 0, 0), bool([4], 1, 0, 1, 0))).toEqual(wanted);
  });
  test('select', () => expect(apply('select', {}, bool([3], 1, 0, 1), f32([3], 1, 2, 3), f32([3], 4, 5, 6))).toEqual([1, 5, 3]));
  test('cast', () => {
    expect(apply('cast', { to: 'i32' }, f32([3], 1.7, -1.7, 0))).toEqual([1, -1, 0]);
    expect(apply('cast', { to: 'bool' }, f32([3], 0.5, -1, 0))).toEqual([1, 1, 0]);
    expect(apply('cast', { to: 'f32' }, bool([2], 1, 0))).toEqual([1, 0]);
  });
  test('gelu', () => {
    const [zero, one, two] = apply('gelu', {}, f32([3], 0, 1, -2));
    expect(zero).toBe(0);
    expect(one).toBeCloseTo(0.8413447460685429, 15);
    expect(two).toBeCloseTo(-0.04550026389635842, 15);
  });
});

describe('along the last axis', () => {
  const rows = f32([2, 4], 1, 5, 5, 2, 7, 0, 7, 7);
  test('max keeps the axis', () => expect(apply('max', {}, rows)).toEqual([5, 7]));
  test('argmax takes the first', () => expect(apply('argmax', {}, rows)).toEqual([1, 0]));
  test('topk, ties by lower index', () => expect(apply('topk', { k: 3 }, rows)).toEqual([1, 2, 3, 0, 2, 3]));
  test('softmax', () => {
    const [a, b, c, d] = apply('softmax', {}, f32([2, 2], 0, Math.log(3), 1000, 1000));
    expect(a).toBeCloseTo(0.25, 15);
    expect(b).toBeCloseTo(0.75, 15);
    expect([c, d]).toEqual([0.5, 0.5]);
  });
  test('layerNorm', () => expect(apply('layerNorm', { eps: 0 }, f32([1, 4], 1, 1, 3, 3))).toEqual([-1, -1, 1, 1]));
});

describe('layout', () => {
  test('reshape', () => expect(apply('reshape', { sizes: [3, 2] }, iota(2, 3))).toEqual([0, 1, 2, 3, 4, 5]));
  test('permute', () => expect(apply('permute', { axes: [2, 0, 1] }, iota(2, 1, 3))).toEqual([0, 3, 1, 4, 2, 5]));
  test('broadcast', () => expect(apply('broadcast', { sizes: [2, 3] }, f32([2, 1], 1, 2))).toEqual([1, 1, 1, 2, 2, 2]));
  test('slice', () => expect(apply('slice', { begin: [1, 0], size: [2, 2] }, iota(3, 3))).toEqual([3, 4, 6, 7]));
  test('pad', () => expect(apply('pad', { before: [1, 0], after: [0, 1] }, f32([1, 2], 1, 2))).toEqual([0, 0, 0, 1, 2, 0]));
  test('concat', () => expect(apply('concat', { axis: 1 }, f32([2, 1], 1, 2), f32([2, 2], 3, 4, 5, 6))).toEqual([1, 3, 4, 2, 5, 6]));
  test('fill and stopGradient', () => expect(apply('stopGradient', {}, fill(7, [2]))).toEqual([7, 7]));
});

describe('indexing', () => {
  test('gather', () => expect(apply('gather', {}, f32([3, 2], 1, 2, 3, 4, 5, 6), i32([2, 1], 2, 0))).toEqual([5, 6, 1, 2]));
  test('scatterAdd adds rows of equal id', () => expect(apply('scatterAdd', { rows: 3 }, i32([3], 2, 0, 2), f32([3, 2], 1, 2, 3, 4, 5, 6))).toEqual([3, 4, 0, 0, 6, 8]));
  test('oneHot', () => expect(apply('oneHot', { depth: 3 }, i32([2], 2, 0))).toEqual([0, 0, 1, 1, 0, 0]));
  test('an index out of bounds is a fault', () => {
    const result = evaluate([node('gather', {}, [iota(2, 2), i32([1], 2)])], none);
    expect(E.isLeft(result) && result.left).toMatchObject({ _tag: 'Decode', given: ['index 2 at place 0'], needed: 'indices from 0 to 2 exclusive' });
  });
});

describe('bindings', () => {
  const x = input('x', [2]);
  const bound = (data: Data, sizes: Sizes, dtype: ElementType = 'f32'): Bindings => ({ inputs: new Map([['x', { sizes, dtype, data }]]), parameters: new Map() });
  test('double precision is kept', () => expect(Array.from(valueOf(x, bound(Float64Array.of(0.1, 1 / 3), [2])))).toEqual([0.1, 1 / 3]));
  test('a missing value names the leaf', () => {
    const result = evaluate([parameter('a.b', [3])], bound(Float32Array.of(1, 2), [2]));
    expect(E.isLeft(result) && result.left).toMatchObject({ _tag: 'Name', where: "parameter 'a.b'", given: ['nothing bound'], needed: 'f32 [3] bound under this name' });
  });
  test('wrong sizes, type and index', () => {
    const tag = (root: Node, bindings: Bindings): unknown => {
      const result = evaluate([root], bindings);
      return E.isLeft(result) ? result.left._tag : 'fine';
    };
    expect(tag(x, bound(new Float32Array(3), [3]))).toBe('Shape');
    expect(tag(x, bound(new Float32Array(3), [2]))).toBe('Shape');
    expect(tag(x, bound(new Int32Array(2), [2], 'i32'))).toBe('Decode');
    expect(tag(x, bound(new Int32Array(2), [2]))).toBe('Decode');
    expect(tag(input('x', [2], 'i32', 5), bound(Int32Array.of(4, 5), [2], 'i32'))).toBe('Decode');
    expect(tag(input('x', [2], 'i32', 6), bound(Int32Array.of(4, 5), [2], 'i32'))).toBe('fine');
  });
});

test('a program measures the peak that its plan predicts, and leaks nothing', async () => {
  const x = input('x', [4, 8]);
  const y = node('map', { fn: 'exp' }, [node('reshape', { sizes: [8, 4] }, [node('map', { fn: 'neg' }, [x])])]);
  const plan = schedule([node('einsum', { inputs: [[0, 1]], output: [0] }, [y])]);
  const program = await reference.compile(plan)();
  if (E.isLeft(program)) throw new Error('compile');
  const run = await program.right.measure({ inputs: new Map([['x', { sizes: [4, 8], dtype: 'f32', data: new Float32Array(32) }]]), parameters: new Map() })();
  if (E.isLeft(run)) throw new Error('run');
  expect(Array.from(run.right.values[0]?.data ?? [])).toEqual(Array.from({ length: 8 }, () => 4));
  expect(run.right.measured).toEqual({ peakBytes: plan.peakBytes, leaked: 0 });
});
