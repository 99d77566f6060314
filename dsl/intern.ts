/**
 * Intern: a table in which equal nodes are one node.
 * idea:  a node's key is its primitive, parameters, sizes and type, and the numbers of its operands, which are in the table
 *        already; so one string comparison decides equality of whole expressions. What commutes has the same key either way
 *        round, and the axes of an einsum have no names of their own.
 * laws:  proofs/dsl/graph.ts, through closing
 * not:   global: a table lives as long as the call that made it.
 */
import type { Node } from './expr.ts';

export interface Interner {
  /** the node of the table that equals this one; its operands must be of the table */
  readonly intern: (node: Node) => Node;
  readonly has: (node: Node) => boolean;
}

/** Constants up to this many elements are compared by content, larger ones by identity. */
const contentLimit = 4096;

/** A number as a key: unlike `String`, -0 is not 0. */
const exactly = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));
const numbers = (data: ArrayLike<number>): string => {
  const signed = Array.prototype.some.call(data, (x: number) => Object.is(x, -0));
  return signed ? Array.prototype.map.call(data, exactly).join() : Array.prototype.join.call(data, ',');
};

const commuting: ReadonlySet<string> = new Set(['add', 'mul', 'max', 'min', 'equal', 'and', 'or', 'xor']);

/** Whether the two operands may change places. */
const commutes = ({ operands, params }: Node): boolean => operands.length === 2 && ('inputs' in params || ('fn' in params && commuting.has(params.fn)));

/** Names for axes by first appearance. */
const renamed = (inputs: readonly (readonly number[])[], output: readonly number[]): string => {
  const names = new Map<number, number>();
  const name = (axis: number): number => {
    const known = names.get(axis) ?? names.size;
    names.set(axis, known);
    return known;
  };
  return [...inputs, output].map((axes) => axes.map(name).join()).join(';');
};

export const interner = (): Interner => {
  const interned = new Map<string, Node>();
  const idOf = new Map<Node, number>();
  const dataIds = new Map<object, number>();

  const dataKey = (data: ArrayLike<number> & object): string => {
    if (data.length <= contentLimit) return numbers(data);
    const id = dataIds.get(data) ?? dataIds.size;
    dataIds.set(data, id);
    return `#${id}`;
  };
  const paramsKey = (node: Node, turned: boolean): string => {
    const { params } = node;
    if ('data' in params) return dataKey(params.data);
    if ('value' in params) return exactly(params.value);
    if ('inputs' in params) return renamed(turned ? params.inputs.toReversed() : params.inputs, params.output);
    return JSON.stringify(params);
  };
  const keyOf = (node: Node): string => {
    const ids = node.operands.map((o) => idOf.get(o) ?? -1);
    const turned = (ids[0] ?? 0) > (ids[1] ?? 0) && commutes(node);
    return `${node.primitive}|${node.dtype}|${node.sizes.join()}|${(turned ? ids.reverse() : ids).join()}|${paramsKey(node, turned)}`;
  };

  return {
    intern: (node) => {
      if (idOf.has(node)) return node;
      const key = keyOf(node);
      const known = interned.get(key);
      if (known !== undefined) return known;
      interned.set(key, node);
      idOf.set(node, idOf.size);
      return node;
    },
    has: (node) => idOf.has(node),
  };
};
