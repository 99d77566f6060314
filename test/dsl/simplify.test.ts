/**
 * Simplification on graphs that one writes: what is left of them, which rules fired, and graphs that are deep or large.
 */
import { describe, expect, test } from 'vitest';
import { closeGraph, constantNode, fillNode, grad, inputNode, node, type Node, nodes, parameterNode, print, simplify } from '../../dsl/index.ts';

const x = inputNode('x', [4, 6]);
const w = parameterNode('w', [6, 5]);
const left = (...roots: readonly Node[]): readonly string[] => print(simplify(roots).roots).split('\n');
const matmul = (a: Node, b: Node): Node => nodes.einsum([[0, 1], [1, 2]], [0, 2], [a, b]);

describe('what is left', () => {
  test('a transpose there and back, past a function', () => {
    expect(left(nodes.permute(nodes.map('tanh', nodes.permute(x, [1, 0])), [1, 0]))).toEqual(['%0 = input x f32[4, 6]', '%1 = tanh f32[4, 6] (%0)']);
  });

  test('a transpose before and after a product: another order of names', () => {
    expect(left(nodes.permute(matmul(x, nodes.permute(parameterNode('w', [5, 6]), [1, 0])), [1, 0])).filter((line) => line.includes('permute'))).toEqual([]);
  });

  test('the gradient of a mean: no broadcast, one number', () => {
    const mean = nodes.reshape(nodes.meanLast(nodes.reshape(x, [1, 24])), []);
    expect(left(...grad(mean, [x]).gradients)).toEqual([`%0 = ${1 / 24} f32[4, 6]`]);
  });

  test('a bias on a product of merged axes stays beside the product', () => {
    const flat = nodes.reshape(matmul(x, w), [2, 2, 5]);
    const biased = nodes.map('relu', nodes.add(flat, nodes.reshape(parameterNode('b', [5]), [1, 1, 5])));
    expect(left(nodes.reshape(biased, [4, 5])).filter((line) => / reshape /.test(line))).toEqual(['%4 = reshape f32[1, 5] (%3)']);
  });

  test('numbers meet on the smallest tensor', () => {
    const scaled = nodes.scale(matmul(nodes.scale(inputNode('y', [40, 60]), 2), nodes.scale(parameterNode('v', [60, 1]), 3)), 0.5);
    expect(left(scaled).filter((line) => line.includes(' mul '))).toEqual(['%5 = mul f32[40] (%3, %4)']);
  });

  test('known masks, known choices', () => {
    const mask = nodes.compare('less', fillNode(0, [4, 6]), fillNode(1, [4, 6]));
    expect(left(nodes.select(mask, x, nodes.scale(x, 2)))).toEqual(['%0 = input x f32[4, 6]']);
  });

  test('0 · x and x − x stay: x may be NaN', () => {
    expect(left(nodes.sub(x, x))).toHaveLength(2);
    expect(left(nodes.scale(x, 0))).toHaveLength(3);
  });

  test('small constants are folded in double precision, large ones stay apart', () => {
    const [folded] = simplify([nodes.div(constantNode(Float32Array.of(1, 2), [2]), constantNode(Float32Array.of(3, 3.5), [2]))]).roots;
    expect(folded?.params).toEqual({ data: Float64Array.of(1 / 3, 2 / 3.5) });
    const long = (n: number): Node => constantNode(Float32Array.from({ length: 100 }, (_, i) => i + n), [100]);
    expect(simplify([nodes.einsum([[0], [1]], [0, 1], [long(1), long(2)])]).roots[0]?.primitive).toBe('einsum');
  });
});

test('a new node has the path of what it stands for', () => {
  const made = Object.freeze({ ...nodes.permute(nodes.permute(inputNode('z', [2, 3, 4]), [1, 2, 0]), [1, 0, 2]), path: 'block' });
  expect(simplify([made]).roots[0]?.path).toBe('block');
});

test('what fired is counted', () => {
  expect([...simplify([nodes.neg(nodes.neg(x)), nodes.neg(nodes.neg(nodes.map('cos', x)))]).fired]).toEqual([['functions together', 2]]);
});

describe('size', () => {
  const repeated = (times: number, start: Node, f: (y: Node, i: number) => Node): Node => {
    let y = start;
    for (let i = 0; i < times; i += 1) y = f(y, i);
    return y;
  };

  test('a chain of 20 000 functions above a transpose, which moves past all of them', () => {
    const { roots, fired } = simplify([repeated(20_000, nodes.permute(x, [1, 0]), nodes.neg)]);
    expect(roots[0]?.primitive).toBe('permute');
    expect(fired.get('map of layout')).toBeLessThanOrEqual(20_000);
    const sines = simplify([repeated(20_000, nodes.permute(x, [1, 0]), (y) => nodes.map('sin', y))]);
    expect(sines.fired.get('map of layout')).toBe(20_000);
    expect(sines.roots[0]?.primitive).toBe('permute');
  });

  test('a chain of products with signs, which move through it', () => {
    const chain = repeated(3_000, x, (y, i) => nodes.neg(matmul(y, parameterNode(`w${i}`, [6, 6]))));
    const { roots } = simplify([chain]);
    expect(closeGraph(roots).nodes.filter((n) => n.primitive === 'map')).toHaveLength(0);
  });

  test('20 000 nodes that share operands', () => {
    const blocks = repeated(6_000, x, (y, i) => nodes.add(y, node('gelu', {}, [nodes.mul(y, nodes.broadcast(parameterNode(`g${i % 100}`, [1, 6]), [4, 6]))])));
    expect(simplify([blocks]).fired.get('stretched operand')).toBe(6_000);
  });
});
