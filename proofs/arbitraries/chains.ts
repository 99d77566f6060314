/**
 * Chains: random regions of einsums, permutes, broadcasts, reshapes of size-1 axes and scalings, several deep, with values that
 * are used twice and with functions in between; what contraction planning reads as n-ary contractions.
 */
import fc from 'fast-check';
import { fillNode, node, type Node, nodes } from '../../dsl/index.ts';
import { given, type Subject } from '../subject.ts';
import { size } from './sizes.ts';

interface Draw {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const at = <T>(items: readonly T[], i: number): T | undefined => items[items.length === 0 ? 0 : i % items.length];

/** A product of two values: equal sizes may share an axis, which then stays or is summed, as the bits of c say. */
const product = (x: Node, y: Node, c: number): Node => {
  const shared = new Map<number, number>();
  const right = y.sizes.map((n, j) => {
    const i = x.sizes.findIndex((m, k) => m === n && !shared.has(k) && ((c >> (k + j)) & 1) === 0);
    if (i >= 0) shared.set(i, j);
    return i >= 0 ? i : x.sizes.length + j;
  });
  const left = x.sizes.map((_, i) => i);
  const all = [...new Set([...left, ...right])];
  const kept = all.filter((_, i) => ((c >> i) & 3) !== 3).slice(0, 4);
  return node('einsum', { inputs: [left, right], output: c % 2 === 0 ? kept : kept.toReversed() }, [x, y]);
};

const rows: readonly ((x: Node, y: Node, d: Draw) => Node)[] = [
  (x, y, d) => product(x, y, d.c),
  (x, y, d) => product(x, y, d.c * 7 + 3),
  (x) => nodes.permute(x, x.sizes.map((_, i) => x.sizes.length - 1 - i)),
  (x, _, d) => nodes.sumAxes(x, x.sizes.length > 1 ? [d.c % x.sizes.length] : []),
  (x, _, d) => (x.sizes.length < 4 ? nodes.broadcast(nodes.reshape(x, [...x.sizes, 1]), [...x.sizes, 1 + (d.c % 3)]) : x),
  (x) => nodes.reshape(x, x.sizes.filter((n) => n !== 1)),
  (x, _, d) => nodes.scale(x, [0.5, -2, 3][d.c % 3] ?? 1),
  (x) => nodes.neg(x),
  (x) => nodes.map('tanh', x),
  (x, _, d) => nodes.mul(fillNode([0.5, 2][d.c % 2] ?? 1, x.sizes), x),
  (x, y) => (x.sizes.join() === y.sizes.join() ? nodes.add(x, y) : x),
];

/** Regions as subjects; the last values and some in the middle are roots. */
export const chains: fc.Arbitrary<Subject> = fc
  .record({
    sizes: fc.array(fc.array(size, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 }),
    draws: fc.array(fc.record({ kind: fc.nat({ max: rows.length - 1 }), a: fc.nat({ max: 9 }), b: fc.nat({ max: 9 }), c: fc.nat({ max: 255 }) }), { minLength: 1, maxLength: 9 }),
  })
  .map(({ sizes, draws }) => ({
    inputs: sizes.map((one) => given(one)),
    apply: (...xs) => {
      const pool = [...xs];
      for (const d of draws) {
        const [x, y] = [at(pool.toReversed(), d.a % 3), at(pool, d.b)];
        if (x !== undefined && y !== undefined) pool.push(rows[d.kind]?.(x, y, d) ?? x);
      }
      return pool.slice(-3);
    },
  }));
