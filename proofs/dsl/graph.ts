/**
 * Laws of graphs: closing, checking and printing.
 *   1. idempotent: closing what is closed changes nothing
 *   2. shared: equal expressions made apart become one node, whatever their path; ones that differ in any field do not
 *   3. values: a closed graph has the values of the tree it came from
 *   4. ordered: every operand comes before its users, every node once
 *   5. total: every graph of the grammar checks, and prints in every format at every level
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { bindLeaf } from '../../dsl/backends/bindings.ts';
import { evaluate } from '../../dsl/backends/reference/index.ts';
import { compute } from '../../dsl/backends/reference/rows.ts';
import { type Bindings, check, closeGraph, type Graph, is, type Level, type Node, nodes, print as ownPrint, type PrintFormat, type Value } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/index.ts';
import { programs, type Program } from '../arbitraries/graphs.ts';
import { breaks, close, every, faults, held, must, type Verdict } from '../counter.ts';
import { nth } from '../engine.ts';
import { type Family, inherit, law, type Law, type Mutant } from '../law.ts';
import { bindAll, seeds } from '../subject.ts';

export type Close = (roots: readonly Node[]) => Graph;

const show = (program: Program): string => ownPrint(program.build());

/** Every node of a tree, computed once per node and without comparing nodes: what closing must not change. */
const evaluateTree = (roots: readonly Node[], bindings: Bindings): E.Either<Fault, readonly Value[]> => {
  const known = new Map<Node, Value>();
  const arrayOf = (n: Node): Value['data'] => known.get(n)?.data ?? new Float64Array();
  const visit = (n: Node): Fault | undefined => {
    if (known.has(n)) return undefined;
    for (const o of n.operands) {
      const wrong = visit(o);
      if (wrong !== undefined) return wrong;
    }
    const leaf = is('input', n) || is('parameter', n) ? bindLeaf(n, bindings) : undefined;
    if (leaf !== undefined && E.isLeft(leaf)) return leaf.left;
    const bound = leaf?.right.data;
    const operands = n.operands.map((o) => wide(arrayOf(o)));
    known.set(n, { sizes: n.sizes, dtype: n.dtype, data: compute(n, operands, () => wide(bound ?? new Float64Array())) });
    return undefined;
  };
  for (const root of roots) {
    const wrong = visit(root);
    if (wrong !== undefined) return E.left(wrong);
  }
  return E.right(roots.map((r): Value => ({ sizes: r.sizes, dtype: r.dtype, data: arrayOf(r) })));
};
const wide = (data: Value['data']): Float64Array | Int32Array | Uint8Array => (data instanceof Float32Array ? Float64Array.from(data) : data);

const allNodes = (roots: readonly Node[]): readonly Node[] => {
  const seen = new Set<Node>();
  const visit = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    n.operands.forEach(visit);
  };
  roots.forEach(visit);
  return [...seen];
};

const open: Mutant<Close> = { name: 'shares nothing', mutate: () => (roots) => ({ nodes: allNodes(roots), roots }) };

const idempotent = law<Close, Program>({
  id: 'graph.idempotent',
  statement: 'closing a closed graph changes nothing',
  tier: 'required',
  arbitrary: programs(),
  show,
  holds: (shut) => (program) => {
    const once = shut(program.build());
    const twice = shut(once.roots);
    return must(once.nodes.length === twice.nodes.length && once.nodes.every((n, i) => n === twice.nodes[i]) && once.roots.every((r, i) => r === twice.roots[i]), () => `${once.nodes.length} nodes, closed again ${twice.nodes.length}, or others`);
  },
  mutants: [
    { name: 'copies the nodes', mutate: (shut) => (roots) => replaced(shut(roots)) },
    { name: 'another order each time', mutate: (shut) => (roots) => ({ ...shut(roots), nodes: shut(roots.toReversed()).nodes.toReversed() }) },
  ],
});

/** The graph with a fresh copy of every node. */
const replaced = (graph: Graph): Graph => {
  const made = new Map<Node, Node>();
  for (const n of graph.nodes) made.set(n, { ...n, operands: n.operands.map((o) => made.get(o) ?? o) });
  return { nodes: graph.nodes.map((n) => made.get(n) ?? n), roots: graph.roots.map((r) => made.get(r) ?? r) };
};

const shared = law<Close, Program>({
  id: 'graph.shared',
  statement: 'equal expressions made apart become one node',
  tier: 'required',
  arbitrary: programs(),
  show,
  holds: (shut) => (program) => {
    const [once, both] = [program.build(), shut([...program.build(), ...program.build()])];
    return must(once.every((_, i) => both.roots[i] === both.roots[once.length + i]) && both.nodes.length === shut(once).nodes.length, () => `${both.nodes.length} nodes for two copies of a program of ${shut(once).nodes.length}`);
  },
  mutants: [open],
});

/** Another value of a parameter. */
const another = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return [...value, value.some(Array.isArray) ? [0] : 1];
  return `${String(value)} other`;
};

/** Nodes that differ from a node in one field, or one parameter, each. */
const variants = (n: Node): readonly (readonly [field: string, variant: Node])[] => {
  const parameters = Object.entries(n.params).filter(([name]) => name !== 'data');
  const data = is('constant', n) ? n.params.data.map((x, i) => (i === 0 ? x + 1 : x)) : undefined;
  return [
    ['dtype', { ...n, dtype: n.dtype === 'f32' ? 'i32' : 'f32' }],
    ['sizes', { ...n, sizes: [...n.sizes, 1] }],
    ['primitive', { ...n, primitive: n.primitive === 'map' ? 'zip' : 'map' }],
    ...parameters.map(([name, value]) => [name, { ...n, params: { ...n.params, [name]: another(value) } }] as const),
    ['operands', { ...n, operands: [...n.operands, nodes.eye(5)] }],
    ...(data === undefined || data.length === 0 ? [] : [['data', { ...n, params: { data } }] as const]),
  ];
};

const apart = law<Close, Program>({
  id: 'graph.apart',
  statement: 'nodes that differ in one field stay two; in their path alone, they become one',
  tier: 'required',
  arbitrary: programs(),
  show,
  holds: (shut) => (program) =>
    every(
      program.build().flatMap((root) => {
        const together = (other: Node): boolean => new Set(shut([root, other]).roots).size === 1;
        return [
          must(together({ ...root, path: 'elsewhere' }), () => `${root.primitive} under another path stays apart`),
          ...variants(root).map(([field, variant]) => must(!together(variant), () => `${root.primitive} with other ${field} is taken for the same`)),
        ];
      }),
    ),
  mutants: [
    { name: 'forgets the element type', mutate: () => carelessly((n) => JSON.stringify([n.primitive, n.params, n.sizes])) },
    { name: 'forgets the sizes', mutate: () => carelessly((n) => JSON.stringify([n.primitive, n.params, n.dtype])) },
    { name: 'forgets the parameters', mutate: () => carelessly((n) => JSON.stringify([n.primitive, n.sizes, n.dtype])) },
    { name: 'forgets the operands', mutate: () => carelessly((n) => JSON.stringify([n.primitive, n.params, n.sizes, n.dtype]), false) },
    { name: 'minds the path', mutate: () => carelessly((n) => JSON.stringify([n.primitive, n.params, n.sizes, n.dtype, n.path])) },
    open,
  ],
});

const values = law<Close, { readonly program: Program; readonly seed: number }>({
  id: 'graph.values',
  statement: 'closing keeps every value',
  tier: 'required',
  arbitrary: fc.record({ program: programs(), seed: seeds }),
  show: ({ program, seed }) => `${show(program)}\nseed ${seed}`,
  holds: (shut) => ({ program, seed }) => {
    const roots = program.build();
    const more = roots.flatMap((r) => (r.dtype === 'f32' ? [nodes.scale(r, 2), nodes.scale(r, -3)] : []));
    const bindings = bindAll([...roots, ...more], seed);
    return pipe(
      E.Do,
      E.bind('tree', () => evaluateTree([...roots, ...more], bindings)),
      E.bind('graph', () => evaluateTree(shut([...roots, ...more]).roots, bindings)),
      E.bind('scheduled', () => evaluate(roots, bindings)),
      E.mapLeft(faults),
      E.chain(({ tree, graph, scheduled }) => every([...tree.map((v, i) => close(`root ${i}`, nth(graph, i), v, 0)), ...scheduled.map((v, i) => close(`root ${i}, scheduled`, v, nth(tree, i), 0))])),
    );
  },
  mutants: [
    { name: 'looks at primitive and operands only', mutate: () => carelessly((n) => `${n.primitive} ${n.sizes.join()}`) },
    { name: 'forgets the operands', mutate: () => carelessly((n) => JSON.stringify([n.primitive, n.params, n.sizes, n.dtype]), false) },
    { name: 'mixes up the roots', mutate: (shut) => (roots) => ({ ...shut(roots), roots: shut(roots).roots.toReversed() }) },
  ],
});

/** Closing with another idea of equality. */
const carelessly = (keyOf: (n: Node) => string, seesOperands = true): Close => (roots) => {
  const byKey = new Map<string, Node>();
  const made = new Map<Node, Node>();
  const visit = (n: Node): Node => {
    const known = made.get(n);
    if (known !== undefined) return known;
    const operands = n.operands.map(visit);
    const ids = seesOperands ? operands.map((o) => [...byKey.values()].indexOf(o)).join() : '';
    const key = `${keyOf(n)}|${ids}`;
    const own = byKey.get(key) ?? { ...n, operands };
    byKey.set(key, own);
    made.set(n, own);
    return own;
  };
  const shut = roots.map(visit);
  return { nodes: [...byKey.values()], roots: shut };
};

const ordered = law<Close, Program>({
  id: 'graph.ordered',
  statement: 'every node once, operands before users, roots among them',
  tier: 'required',
  arbitrary: programs(),
  show,
  holds: (shut) => (program) => {
    const graph = shut(program.build());
    const place = new Map(graph.nodes.map((n, i) => [n, i]));
    if (place.size !== graph.nodes.length) return breaks('a node stands there twice');
    const wrong = graph.nodes.find((n, i) => n.operands.some((o) => !((place.get(o) ?? Infinity) < i)));
    return must(wrong === undefined && graph.roots.every((r) => place.has(r)), () => `${wrong?.primitive ?? 'a root'} comes before its operands, or is missing`);
  },
  mutants: [
    { name: 'users first', mutate: (shut) => (roots) => ({ ...shut(roots), nodes: shut(roots).nodes.toReversed() }) },
    { name: 'without the roots', mutate: (shut) => (roots) => ({ ...shut(roots), nodes: shut(roots).nodes.slice(0, -1) }) },
  ],
});

/** The laws of closing. */
export const closingLaws: Family<Close> = inherit(
  (shut) => [idempotent(shut)],
  (shut) => [shared(shut)],
  (shut) => [apart(shut)],
  (shut) => [values(shut)],
  (shut) => [ordered(shut)],
);

export type Print = (roots: readonly Node[], format: PrintFormat, level: Level) => string;

/** How a node's line begins in each format. */
const lineOf = { text: /^%\d+ = /, mermaid: /^ {2}n\d+\[/, graphviz: /^ {2}n\d+ \[label/ } as const satisfies { readonly [F in PrintFormat]: RegExp };
const formats: readonly PrintFormat[] = ['text', 'mermaid', 'graphviz'];

const printed = law<Print, Program>({
  id: 'print.total',
  statement: 'every graph prints in every format; at primitive level a line for each node',
  tier: 'required',
  arbitrary: programs(),
  show,
  holds: (print) => (program): Verdict => {
    const roots = program.build();
    const count = closeGraph(roots).nodes.length;
    return every(
      formats.flatMap((format) => {
        const lines = print(roots, format, 'primitive').split('\n').filter((line) => lineOf[format].test(line)).length;
        return [must(lines === count, () => `${format}: ${lines} lines for ${count} nodes`), print(roots, format, 'block') === '' ? breaks(`${format}: nothing at block level`) : held];
      }),
    );
  },
  mutants: [
    { name: 'roots only', mutate: (print) => (roots, format, level) => print(roots, format, level).split('\n').slice(-1).join('\n') },
    { name: 'nothing for blocks', mutate: (print) => (roots, format, level) => (level === 'block' ? '' : print(roots, format, level)) },
  ],
});
export const printLaws: Family<Print> = (print) => [printed(print)];

export type Check = (roots: readonly Node[]) => E.Either<Fault, readonly Node[]>;

/** The root with sizes that its rule does not give. */
const misshapen = (root: Node): Node => ({ ...root, sizes: [...root.sizes, 2] });
const leaves: readonly string[] = ['input', 'parameter', 'fill'];

const checked = law<Check, Program>({
  id: 'check.exact',
  statement: 'every built graph checks; one node with other sizes and it does not',
  tier: 'required',
  arbitrary: programs(),
  show,
  holds: (checks) => (program) => {
    const roots = program.build();
    const good = checks(roots);
    if (E.isLeft(good)) return E.left(faults(good.left));
    const bad = roots.filter((r) => !leaves.includes(r.primitive)).map(misshapen).find((r) => !E.isLeft(checks([r])));
    return must(bad === undefined, () => `${bad?.primitive ?? ''} with sizes [${bad?.sizes.join(', ') ?? ''}] passes`);
  },
  mutants: [
    { name: 'lets everything pass', mutate: () => (roots) => E.right(roots) },
    { name: 'looks at the first operand only', mutate: (checks) => (roots) => checks(roots.flatMap((r) => r.operands.slice(0, 1))) },
  ],
});
export const checkLaws: Family<Check> = (checks) => [checked(checks)];

/** The laws of the language's own closing, printing and checking. */
export const graphLaws = (): readonly Law[] => [...closingLaws(closeGraph), ...printLaws(ownPrint), ...checkLaws(check)];
