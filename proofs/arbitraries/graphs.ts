/**
 * Graphs: random programs over all primitives, well-typed by construction.
 * idea:  a program is a list of draws; each grows a pool of nodes by one row of a total table, from operands that fit because
 *        the row picks or makes them so. Growth is tamed by tanh, and what decides (comparisons, indices, roundings) sees only
 *        values that are exact in single precision: every engine must agree on a graph, up to rounding.
 * laws:  test/proofs: a thousand programs meet every primitive
 */
import fc from 'fast-check';
import { constantNode, elements, fillNode, inputNode, type MapFn, node, nodes, type Node, parameterNode, type Params, type Primitive, sameSizes, type Sizes, type ZipFn } from '../../dsl/index.ts';

/** One step: which row, and numbers for its choices. */
interface Draw {
  readonly row: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Nodes made so far, by what may be done with them. */
interface Pool {
  /** f32, magnitudes up to about 2 */
  readonly floats: readonly Node[];
  /** the f32 nodes whose values are exact in single precision */
  readonly exact: readonly Node[];
  readonly bools: readonly Node[];
  /** everything, roots are taken from its end */
  readonly made: readonly Node[];
}

const pick = <T>(items: readonly T[], i: number): T | undefined => items[items.length === 0 ? 0 : i % items.length];
const stretches = (a: Sizes, b: Sizes): boolean => a.length === b.length && a.every((n, i) => n === b[i] || n === 1 || b[i] === 1);
const ranked = (pool: readonly Node[], least: number): readonly Node[] => pool.filter((n) => n.sizes.length >= least);

const leafSizes: readonly Sizes[] = [[2, 3], [3], [3, 2], [2, 1], [1, 3], [2, 3, 2], [], [3, 3], [2, 2, 1]];

/** An operand made fit for a function with a pole or fast growth. */
const fitting = (fn: MapFn, x: Node): Node => (['log', 'sqrt', 'rsqrt', 'reciprocal'].includes(fn) ? nodes.shift(nodes.map('square', x), 0.5) : fn === 'exp' ? nodes.map('tanh', x) : x);
const mapFns = ['neg', 'exp', 'log', 'sqrt', 'rsqrt', 'reciprocal', 'square', 'abs', 'sign', 'tanh', 'sigmoid', 'erf', 'relu', 'sin', 'cos', 'floor'] as const satisfies readonly MapFn[];
const deciding: readonly MapFn[] = ['sign', 'floor'];
const zipFns = ['add', 'sub', 'mul', 'div', 'max', 'min', 'pow'] as const satisfies readonly ZipFn[];

const partner = (pool: readonly Node[], x: Node, i: number): Node => pick(pool.filter((n) => stretches(x.sizes, n.sizes)), i) ?? x;
const twin = (pool: readonly Node[], x: Node, i: number): Node => pick(pool.filter((n) => sameSizes(x.sizes, n.sizes)), i) ?? x;
const maskOf = (pool: Pool, i: number): Node | undefined => {
  const x = pick(pool.exact, i);
  return x === undefined ? undefined : nodes.compare('less', x, partner(pool.exact, x, i + 1));
};
const idsFor = (rows: number, d: Draw): Node => inputNode(`ids${rows}x${d.b % 3}`, pick([[2], [3], [2, 2]], d.b) ?? [2], 'i32', rows);

type Row = (pool: Pool, d: Draw) => Node | undefined;
const unary = (f: (x: Node, d: Draw, pool: Pool) => Node | undefined, of: (pool: Pool) => readonly Node[] = (p) => p.floats): Row => (pool, d) => {
  const x = pick(of(pool), d.a);
  return x === undefined ? undefined : f(x, d, pool);
};
const rowwise = (p: Pool): readonly Node[] => ranked(p.floats, 1);
const rowwiseExact = (p: Pool): readonly Node[] => ranked(p.exact, 1);

/** Axes for an einsum of two operands: an axis of b is one of a's of equal size, or a new one. */
const contraction = (a: Node, b: Node, d: Draw): Node => {
  const left = a.sizes.map((n, i) => (d.c % 4 === 0 && i > 0 && n === a.sizes[0] ? 0 : i));
  const right = b.sizes.map((n, j) => {
    const shared = a.sizes.findIndex((m, i) => m === n && (d.b + i + j) % 2 === 0);
    return shared < 0 ? 10 + j : (left[shared] ?? 10 + j);
  });
  const names = [...new Set([...left, ...right])].filter((_, i) => ((d.c >> i) & 1) === 0);
  return nodes.einsum([left, right], d.b % 2 === 0 ? names : names.toReversed(), [a, b]);
};

const grow = {
  input: (_, d) => inputNode(`x${d.a % leafSizes.length}`, leafSizes[d.a % leafSizes.length] ?? []),
  parameter: (_, d) => parameterNode(`w.${d.a % leafSizes.length}`, leafSizes[d.a % leafSizes.length] ?? [], (d.a % leafSizes.length) % 2 === 0),
  constant: (_, d) => {
    const sizes = leafSizes[d.a % leafSizes.length] ?? [];
    return constantNode(Float32Array.from({ length: elements(sizes) }, (__, i) => (((i * 7 + d.b) % 12) - 5.5) / 4), sizes);
  },
  fill: (_, d) => fillNode((d.b % 5) / 2 - 1, leafSizes[d.a % leafSizes.length] ?? []),
  einsum: unary((x, d, pool) => contraction(x, pick(pool.floats, d.b) ?? x, d)),
  map: (pool, d) => {
    const fn = pick(mapFns, d.b) ?? 'neg';
    const x = pick(deciding.includes(fn) ? pool.exact : pool.floats, d.a);
    return x === undefined ? undefined : nodes.map(fn, fitting(fn, x));
  },
  zip: unary((x, d, pool) => {
    const fn = pick(zipFns, d.b) ?? 'add';
    const y = partner(pool.floats, x, d.c);
    const apart = (n: Node): Node => nodes.shift(nodes.map('square', n), 0.5);
    return fn === 'div' ? nodes.zip(fn, x, apart(y)) : fn === 'pow' ? nodes.zip(fn, apart(x), y) : nodes.zip(fn, x, y);
  }),
  compare: unary((x, d, pool) => nodes.compare(pick(['less', 'lessEqual', 'equal'] as const, d.b) ?? 'less', x, partner(pool.exact, x, d.c)), (p) => p.exact),
  logic: (pool, d) => {
    const m = pick(pool.bools, d.a) ?? maskOf(pool, d.a);
    return m === undefined ? undefined : nodes.logic(pick(['and', 'or', 'xor'] as const, d.b) ?? 'and', m, partner(pool.bools, m, d.c));
  },
  select: unary((x, d, pool) => nodes.select(nodes.compare('less', x, nodes.scalarLike(x, 0)), twin(pool.floats, x, d.b), twin(pool.floats, x, d.c)), (p) => p.exact),
  max: unary((x) => node('max', {}, [x]), rowwise),
  argmax: unary((x) => node('argmax', {}, [x]), rowwiseExact),
  topk: unary((x, d) => node('topk', { k: 1 + (d.b % (x.sizes.at(-1) ?? 1)) }, [x]), rowwiseExact),
  reshape: unary((x, d) => nodes.reshape(x, pick([[elements(x.sizes)], [1, ...x.sizes], [...x.sizes, 1], x.sizes.filter((n) => n !== 1)], d.b) ?? x.sizes)),
  permute: unary((x, d) => nodes.permute(x, x.sizes.map((_, i) => (d.b % 2 === 0 ? x.sizes.length - 1 - i : (i + 1) % x.sizes.length)))),
  broadcast: unary((x, d) => nodes.broadcast(nodes.reshape(x, [1, ...x.sizes]), [2, ...x.sizes.map((n, i) => (n === 1 && (d.b + i) % 2 === 0 ? 3 : n))])),
  slice: unary((x, d) => {
    const begin = x.sizes.map((n, i) => (d.b + i) % n);
    return nodes.slice(x, begin, x.sizes.map((n, i) => 1 + ((d.c + i) % (n - (begin[i] ?? 0)))));
  }),
  pad: unary((x, d) => nodes.pad(x, x.sizes.map((_, i) => (d.b + i) % 2), x.sizes.map((_, i) => (d.c + i) % 2))),
  concat: unary((x, d, pool) => nodes.concat(d.b % x.sizes.length, [x, twin(pool.floats, x, d.c), ...(d.c % 2 === 0 ? [x] : [])]), rowwise),
  gather: unary((x, d) => node('gather', {}, [x, idsFor(x.sizes[0] ?? 1, d)]), rowwise),
  scatterAdd: unary((x, d) => {
    const rows = 1 + (d.b % 3);
    return node('scatterAdd', { rows }, [inputNode(`to${rows}of${x.sizes[0] ?? 1}`, [x.sizes[0] ?? 1], 'i32', rows), x]);
  }, rowwise),
  oneHot: (pool, d) => {
    const x = pick(rowwiseExact(pool), d.a);
    return node('oneHot', { depth: 3 }, [x === undefined || (x.sizes.at(-1) ?? 1) > 3 ? idsFor(3, d) : node('argmax', {}, [x])]);
  },
  cast: unary((x, d) => nodes.cast(nodes.cast(x, d.b % 2 === 0 ? 'i32' : 'bool'), 'f32'), (p) => p.exact),
  stopGradient: unary((x) => node('stopGradient', {}, [x])),
  softmax: unary((x) => node('softmax', {}, [x]), rowwise),
  // a wide margin: rows of equal numbers must not turn rounding into a difference
  layerNorm: unary((x) => node('layerNorm', { eps: 0.1 }, [x]), rowwise),
  gelu: unary((x) => node('gelu', {}, [x])),
} as const satisfies { readonly [P in Primitive]: Row };

/** Rows by position, in the order of the grammar. */
const rows: readonly Row[] = Object.values(grow);

/** What keeps exact values exact: moving, choosing and changing signs. */
const keepsExact: ReadonlySet<string> = new Set<keyof Params>(['input', 'parameter', 'constant', 'fill', 'select', 'max', 'reshape', 'permute', 'broadcast', 'slice', 'pad', 'concat', 'gather', 'oneHot', 'cast', 'stopGradient']);
const isExact = (pool: Pool, n: Node): boolean => keepsExact.has(n.primitive) && n.operands.every((o) => o.dtype !== 'f32' || pool.exact.includes(o) || isExact(pool, o));

const room = 100;

/** The pool with the node, if there is one and it is small. */
const added = (pool: Pool, made: Node | undefined): Pool => {
  if (made === undefined || elements(made.sizes) > room || made.sizes.length > 5) return pool;
  const all = [...pool.made, made];
  if (made.dtype === 'bool') return { ...pool, bools: [...pool.bools, made], made: all };
  if (made.dtype !== 'f32') return { ...pool, made: all };
  const exact = isExact(pool, made);
  const tame = exact ? made : nodes.map('tanh', made);
  return { ...pool, floats: [...pool.floats, tame], exact: exact ? [...pool.exact, made] : pool.exact, made: all };
};

/** A program: the same draws always make the same graph, out of nodes of its own. */
export interface Program {
  readonly build: () => readonly Node[];
}

const run = (draws: readonly Draw[]): readonly Node[] => {
  const start = added({ floats: [], exact: [], bools: [], made: [] }, inputNode('x0', leafSizes[0] ?? []));
  const pool = draws.reduce<Pool>((p, d) => added(p, rows[d.row % rows.length]?.(p, d)), start);
  return pool.made.slice(-3);
};

const draw: fc.Arbitrary<Draw> = fc.record({ row: fc.nat({ max: rows.length - 1 }), a: fc.nat({ max: 99 }), b: fc.nat({ max: 99 }), c: fc.nat({ max: 99 }) });

/** Graphs of one to three roots and up to `steps` steps. */
export const programs = (steps = 14): fc.Arbitrary<Program> => fc.array(draw, { minLength: 1, maxLength: steps, size: 'max' }).map((draws) => ({ build: () => run(draws) }));
